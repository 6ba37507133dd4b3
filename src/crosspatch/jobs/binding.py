"""Binding of a stage's keywords to the names of its rule, and of its prints and traceback to the rule's log."""

import contextlib
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from crosspatch.errors import CrosspatchError
from crosspatch.files.provenance import describe_inputs, write_record
from crosspatch.files.refusals import refused_once


def bind(main: Callable[..., None], snakemake: Any) -> None:  # noqa: ANN401 - Snakemake's own object
    """Call `main` with the rule's inputs and outputs as paths, its params, and the provenance of what it will write.

    An output named `provenance` is the record of the others and written here. What the stage prints and the traceback
    of a failure go to the rule's log; a refusal is also named on the terminal. Where the profile counts attempts, one
    that follows a final refusal does nothing.
    """
    outputs = _paths(snakemake.output)
    record = outputs.pop("provenance", None)
    log = Path(str(snakemake.log))
    with _logged(log), refused_once(log, attempt=snakemake.resources.get("attempt", 1)):
        provenance = provenance_of(snakemake)
        started = time.process_time()
        main(**_paths(snakemake.input), **outputs, **_leaves(snakemake), provenance=provenance)
        print(f"CPU seconds: {started:.2f} to start, {time.process_time() - started:.2f} in the stage")
        if record is not None:
            write_record(record, provenance, [Path(path) for path in snakemake.output if Path(path) != record])


def provenance_of(snakemake: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what makes an output: study, rule, wildcards, code digest, config leaves, library versions, inputs by
    digest, and the checkpoints and engines that the inputs were made with.

    Nothing in it varies between identical runs: no host, no time, no absolute path.
    """
    return {
        "study": snakemake.wildcards.get("study", snakemake.params.get("study")),
        "rule": snakemake.rule,
        "wildcards": dict(snakemake.wildcards.items()),
        "code": snakemake.params.get("code"),
        "libraries": snakemake.params.get("libraries"),
        "leaves": _leaves(snakemake),
        **describe_inputs(map(Path, snakemake.input)),
    }


def _leaves(snakemake: Any) -> dict[str, Any]:  # noqa: ANN401
    return {name: value for name, value in snakemake.params.items() if name not in ("code", "libraries")}


def _paths(named: Any) -> dict[str, Path | list[Path]]:  # noqa: ANN401
    return {
        name: Path(value) if isinstance(value, str) else [Path(one) for one in value] for name, value in named.items()
    }


@contextlib.contextmanager
def _logged(log: Path) -> Iterator[None]:
    terminal = sys.stderr
    with (
        log.open("w", encoding="utf-8") as stream,
        contextlib.redirect_stdout(stream),
        contextlib.redirect_stderr(stream),
    ):
        try:
            yield
        except CrosspatchError as error:
            print(f"{type(error).__name__}: {error}", file=terminal)
            traceback.print_exc()
            raise
        except BaseException:
            traceback.print_exc()
            raise
