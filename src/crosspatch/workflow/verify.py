"""Whether a finished study is, file by file, the one whose digests are committed; where not, what differs first.

`python -m crosspatch.workflow.verify compare STUDY` (make verify) and `... write STUDY` (make digests).
"""

import sys
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from crosspatch.errors import CrosspatchError, ReproductionError
from crosspatch.files.atomic import write_text
from crosspatch.files.contents import content_digest

STAGES: Mapping[str, str] = {
    "weights": "results/{study}/checkpoints/*/model.safetensors",
    "rollouts": "results/{study}/rollouts/*/*/*.parquet",
    "events": "results/{study}/divergence/*.parquet",
    "cells": "results/{study}/factorial/*/cells.parquet",
    "estimates": "results/{study}/estimates/**/*.parquet",
    "tables": "results/{study}/tables/*.*",
    "figures": "paper_figures/{study}/*.*",
    "page": "results/{study}/findings.html",
}
"""What is compared, from the first of the DAG to the last: what differs in one differs for a reason before it."""

REASONS = (
    "where weights differ first, another instruction set or another torch trained them: in results/STUDY/provenance.md "
    "(make provenance) every engine must have pinned kernels, and the libraries must be those of requirements.lock; a "
    "later stage that differs first was changed in code or config since the digests were committed"
)


def digests_of(study: str) -> Path:
    """Return where the digests of a study are committed."""
    return Path(f"data/verified/{study}.sha256")


def write_digests(root: Path, study: str) -> str:
    """Write the digests of the finished study in `root`; return a sentence. ReproductionError if nothing was run."""
    rows = [f"{content_digest(root / name)}  {name}" for name in chain(*_files(root, study).values())]
    if not rows:
        raise ReproductionError(f"no file of study {study!r} is in {root}; run it first (snakemake)")
    write_text(root / digests_of(study), "\n".join(rows) + "\n")
    return f"{digests_of(study)}: {len(rows)} files of study {study!r}"


def compare(root: Path, study: str) -> str:
    """Return a sentence if every file of the study in `root` is as its committed digest says.

    Raises ReproductionError, naming the first in the order of `STAGES` that is missing or differs, and how many do.
    """
    committed, here = _committed(root, study), list(chain(*_files(root, study).values()))
    if not here:
        raise ReproductionError(f"no file of study {study!r} is in {root}; run it first (snakemake), then compare")
    said = [_difference(root, name, digest) for name, digest in committed.items()]
    differing = [sentence for sentence in said if sentence is not None]
    if differing:
        raise ReproductionError(
            f"study {study!r}: {len(differing)} of {len(committed)} files are not the committed ones. First of them, "
            f"after {said.index(differing[0])} that are the same: {differing[0]}"
        )
    more = [name for name in here if name not in committed]
    note = f"; {len(more)} more are here, which have no digest, first {more[0]}" if more else ""
    return f"study {study!r}: all {len(committed)} files are the committed ones, byte for byte{note}"


def _difference(root: Path, name: str, digest: str) -> str | None:
    if not (root / name).is_file():
        return f"{name} is missing; make it (snakemake {name})"
    found = content_digest(root / name)
    return None if found == digest else f"{name} is {found[:12]}, not {digest[:12]}; {REASONS}"


def _committed(root: Path, study: str) -> dict[str, str]:
    path = root / digests_of(study)
    if not path.is_file():
        raise ReproductionError(
            f"{digests_of(study)}: there is none, so study {study!r} cannot be compared; `make digests` writes them"
        )
    rows = [line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines()]
    return {name: digest for digest, name in rows}


def _files(root: Path, study: str) -> dict[str, list[str]]:
    return {
        stage: sorted(str(path.relative_to(root)) for path in root.glob(pattern.format(study=study)) if path.is_file())
        for stage, pattern in STAGES.items()
    }


def main(command: str, study: str) -> int:
    """Print what `compare` or `write` says; 1 if it refuses."""
    try:
        print({"compare": compare, "write": write_digests}[command](Path(), study))
    except CrosspatchError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
