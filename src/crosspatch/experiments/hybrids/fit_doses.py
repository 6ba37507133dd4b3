"""Say how the late effect of each event follows the tuned share of the upstream state (rule fit_doses)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.hybrids.hybrid_values import dose_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.arms import interpolation_arm


def main(*, arms: Path, values: Path, shares: list[float], provenance: Mapping[str, Any]) -> None:
    """Write slope, order and rank correlation of every event."""
    doses = {interpolation_arm(share): share for share in shares}
    write_table(dose_values(read_table(arms, "control_cells"), doses), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
