"""Write estimates and tests as CSV for readers without Parquet (rule export_effects)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.atomic import write_text
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind


def main(*, effects: Path, tests: Path, effects_csv: Path, tests_csv: Path, provenance: Mapping[str, Any]) -> None:
    """Every row of both tables, in their order."""
    write_text(effects_csv, read_table(effects, "estimates").to_csv(index=False, lineterminator="\n"))
    write_text(tests_csv, read_table(tests, "tests").to_csv(index=False, lineterminator="\n"))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
