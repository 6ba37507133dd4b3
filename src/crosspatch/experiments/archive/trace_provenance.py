"""Trace every figure and table of a study back to its checkpoints (rule trace_provenance)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.archive.provenance_page import provenance_page
from crosspatch.files.atomic import write_text
from crosspatch.files.provenance import read_records
from crosspatch.files.tracing import trace_checkpoints, trace_files
from crosspatch.jobs.binding import bind


def main(*, records: list[Path], manifests: list[Path], page: Path, study: str, provenance: Mapping[str, Any]) -> None:
    """Compare every digest noted on the way with the file as it is now."""
    finals = list(read_records(records))
    every_record = sorted(page.with_name("provenance").rglob("*.json"))  # of all rules, beside the page
    files = trace_files(finals, read_records(every_record))
    write_text(page, provenance_page(study, len(finals), files, trace_checkpoints(files, manifests[0].parents[1])))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
