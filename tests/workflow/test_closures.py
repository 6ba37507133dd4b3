"""The second route to what a rule's code is: the modules that its jobs really imported, against its closure."""

import json
from itertools import accumulate

import pytest

from crosspatch.workflow.catalogue import JOBS, all_shown
from crosspatch.workflow.closure import import_closure, script_of
from smoke_runs import IMPORTED

pytestmark = pytest.mark.workflow

FORMS = {rule: form for form, rule in JOBS.items()}


@pytest.fixture(scope="module")
def imported(first):
    """Return the modules of the package that the jobs of the smoke study imported, by rule and figure or table."""
    found = {}
    for path in (first.folder / IMPORTED).glob("*.json"):
        note = json.loads(path.read_text(encoding="utf-8"))
        own = {name for name in note["modules"] if name.split(".")[0] == "crosspatch"}
        found.setdefault((note["rule"], note["shown"]), set()).update(own)
    return found


def closure_of(rule, shown):
    runs = [script_of(rule), *([] if shown is None else [all_shown(FORMS[rule])[shown].module])]
    # Snakemake runs the text of a script, which is no module there.
    return {module for run in runs for module in import_closure(run)} - {script_of(rule)}


def test_every_kind_of_job_is_there(imported):
    assert len(imported) > 70
    assert {("measure_cells", None), ("draw_figure", "depth"), ("make_table", "balanced")} <= imported.keys()


def test_a_job_imports_its_closure_and_nothing_else(imported):
    differing = {}
    for (rule, shown), modules in imported.items():
        closure = closure_of(rule, shown)
        packages = set(accumulate(script_of(rule).split("."), "{}.{}".format))  # of the script, which nothing imports
        if modules - closure or closure - modules - packages:
            differing[rule, shown] = (sorted(modules - closure), sorted(closure - modules - packages))
    assert differing == {}
