"""Take the margins of the authors' per-event records as cells (rule adopt_published_records)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.claims.published_cells import adopt_checks, adopt_records
from crosspatch.files.published_records import read_records
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    records: Path,
    prompts: Path,
    cells: Path,
    noop: Path,
    pair: str,
    boundary: int,
    provenance: Mapping[str, Any],
) -> None:
    """Say in the log what is not there (prompts without an event, events that the authors call invalid), and how far a
    patch with the own state moved anything.
    """
    found, without = read_records(records, pair=pair, boundary=boundary)
    invalid = [record.prompt_id for record in found if not record.valid]
    print(f"{len(found)} prompts with an event; {len(without)} without: {without}; {len(invalid)} invalid: {invalid}")
    checks = adopt_checks(found, pair)
    moved = checks[["state_distance", "margin_distance"]].max()
    print(
        f"{len(checks)} no-op checks; largest distance of states {moved['state_distance']}, of margins "
        f"{moved['margin_distance']} logits; another top token in {(~checks['same_top']).sum()}"
    )
    write_table(checks, noop, "published_noop", provenance)
    write_table(adopt_records(found, read_table(prompts, "prompts"), pair), cells, "published_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
