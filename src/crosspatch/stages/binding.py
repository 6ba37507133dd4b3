"""Binding of a stage's keywords to the names of its rule, and of its prints and traceback to the rule's log."""

import contextlib
import json
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crosspatch.errors import CrosspatchError
from crosspatch.files.checkpoints import MANIFEST, file_digest
from crosspatch.files.tables import read_provenance


def bind(main: Callable[..., None], snakemake: Any) -> None:  # noqa: ANN401 - Snakemake's own object
    """Call `main` with the rule's inputs and outputs as paths, its params, and the provenance of what it will write.

    What the stage prints and the traceback of a failure go to the rule's log; a refusal is also named on the terminal.
    """
    params = {name: value for name, value in snakemake.params.items() if name not in ("code", "libraries")}
    with _logged(snakemake.log):
        main(**_paths(snakemake.input), **_paths(snakemake.output), **params, provenance=provenance_of(snakemake))


def provenance_of(snakemake: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what makes an output: study, rule, code digest, config leaves, library versions, inputs, checkpoints.

    Nothing in it varies between identical runs: no host, no time, no absolute path.
    """
    inputs = {path: file_digest(Path(path)) for path in map(str, snakemake.input) if _is_small(Path(path))}
    return {
        "study": snakemake.wildcards.get("study"),
        "rule": snakemake.rule,
        "wildcards": dict(snakemake.wildcards.items()),
        "code": snakemake.params.get("code"),
        "libraries": snakemake.params.get("libraries"),
        "leaves": {name: value for name, value in snakemake.params.items() if name not in ("code", "libraries")},
        "inputs": inputs,
        "checkpoints": _checkpoints(inputs),
    }


def _checkpoints(inputs: Mapping[str, str]) -> dict[str, Any]:
    """Gather the checkpoints that the inputs are, or were made from."""
    found: dict[str, Any] = {}
    for path in map(Path, inputs):
        if path.name == MANIFEST:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            found[manifest["checkpoint"]] = {"origin": manifest["origin"], "digests": manifest["digests"]}
        elif path.suffix == ".parquet":
            found.update(read_provenance(path).get("checkpoints", {}))
    return found


def _is_small(path: Path) -> bool:
    return path.is_file() and path.suffix != ".safetensors"


def _paths(named: Any) -> dict[str, Path | list[Path]]:  # noqa: ANN401
    return {
        name: Path(value) if isinstance(value, str) else [Path(one) for one in value] for name, value in named.items()
    }


@contextlib.contextmanager
def _logged(log: Any) -> Any:  # noqa: ANN401
    terminal = sys.stderr
    with (
        Path(str(log)).open("w", encoding="utf-8") as stream,
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
