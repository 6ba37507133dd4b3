"""A stage gets its rule's names as keywords; prints and tracebacks go to the rule's log."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from crosspatch.errors import CrosspatchError, PairError, RefusedBeforeError, StorageError
from crosspatch.jobs.binding import bind, provenance_of


class Named(dict):
    """What Snakemake hands over: values in one row, lists among them too; names beside them."""

    def __iter__(self):
        for value in self.values():
            yield from value if isinstance(value, list) else [value]


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("a\n")
    return SimpleNamespace(
        input=Named(table="in.csv", parts=["in.csv"]),
        output=Named(result="out.csv"),
        params=Named(seed=3, code="abc", libraries={"pandas": "1"}),
        wildcards=Named(study="smoke", pair="one"),
        log="job.log",
        rule="make_result",
        resources={"attempt": 1},
        threads=1,
    )


def test_names_become_keywords_and_paths(job):
    seen = {}

    def main(**arguments):
        seen.update(arguments)
        print("hello log")

    bind(main, job)
    assert seen.pop("provenance")["rule"] == "make_result"
    assert seen == {"table": Path("in.csv"), "parts": [Path("in.csv")], "result": Path("out.csv"), "seed": 3}
    said, cost = Path("job.log").read_text().splitlines()
    assert said == "hello log"
    assert re.fullmatch(r"CPU seconds: [\d.]+ to start, [\d.]+ in the stage", cost)


def test_a_refusal_is_named_on_the_terminal_and_traced_in_the_log(job, capfd):
    def main(**_):
        raise PairError("pair 'one' is refused: because; do this")

    with pytest.raises(PairError):
        bind(main, job)
    assert "PairError: pair 'one' is refused: because; do this" in capfd.readouterr().err
    assert "Traceback" in Path("job.log").read_text()


def attempts(job, main):
    """Return what three attempts raise, without starting Snakemake again."""
    raised = []
    for attempt in (1, 2, 3):
        job.resources = {"attempt": attempt}
        Path("job.log").unlink(missing_ok=True)  # as Snakemake does
        try:
            bind(main, job)
        except (CrosspatchError, MemoryError) as error:
            raised.append(type(error))
    return raised


def test_what_a_stage_refuses_is_not_tried_again_until_snakemake_is_started_again(job):
    runs = []

    def main(**_):
        runs.append("one")
        raise PairError("because; do this")

    assert attempts(job, main) == [PairError, RefusedBeforeError, RefusedBeforeError]
    assert len(runs) == 1
    assert "PairError: because; do this" in Path("job.log").read_text()
    with pytest.raises(RefusedBeforeError, match="refused before, and not tried again: PairError: because; do this"):
        bind(main, job)
    job.resources = {}
    with pytest.raises(PairError, match="because; do this"):
        bind(main, job)


@pytest.mark.parametrize("passing", [MemoryError("as large"), StorageError("full"), PairError("no network").passing()])
def test_what_may_pass_is_tried_again(job, passing):
    def main(**_):
        raise passing

    assert attempts(job, main) == [type(passing)] * 3


def test_a_bug_is_traced_in_the_log(job):
    def main(**_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bind(main, job)
    assert "ZeroDivisionError" in Path("job.log").read_text()


def test_provenance_names_what_made_an_output_and_nothing_that_varies(job):
    note = provenance_of(job)
    assert (note["study"], note["rule"], note["code"]) == ("smoke", "make_result", "abc")
    assert note["leaves"] == {"seed": 3}
    assert note["libraries"] == {"pandas": "1"}
    assert provenance_of(job) == note


def test_an_output_named_provenance_is_the_record_of_the_others(job):
    job.output = Named(result="out.csv", provenance="record.json")

    def main(*, result, **arguments):
        result.write_text("b\n")
        assert arguments["provenance"] == provenance_of(job)

    bind(main, job)
    digest = "0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f"  # of "b\n"
    assert json.loads(Path("record.json").read_text()) == {"outputs": {"out.csv": digest}, **provenance_of(job)}
