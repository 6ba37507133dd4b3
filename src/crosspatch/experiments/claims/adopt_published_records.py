"""Take the margins of the authors' per-event records as cells (rule adopt_published_records)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.claims.published_cells import adopt_records
from crosspatch.files.published_records import read_records
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, records: Path, prompts: Path, cells: Path, pair: str, provenance: Mapping[str, Any]) -> None:
    """Say in the log what is not there: prompts without an event, and events that the authors call invalid."""
    found, without = read_records(records)
    invalid = [record.prompt_id for record in found if not record.valid]
    print(f"{len(found)} prompts with an event; {len(without)} without: {without}; {len(invalid)} invalid: {invalid}")
    write_table(adopt_records(found, read_table(prompts, "prompts"), pair), cells, "published_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
