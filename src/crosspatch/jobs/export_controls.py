"""Write the estimates of all controls as one CSV (rule export_controls)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.atomic import write_text
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind


def main(*, controls: list[Path], csv: Path, provenance: Mapping[str, Any]) -> None:
    """Every row of every control, in the config's order."""
    tables = [read_table(path, "estimates") for path in controls]
    write_text(csv, pd.concat(tables, ignore_index=True).to_csv(index=False, lineterminator="\n"))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
