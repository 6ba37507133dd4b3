"""Set aside events whose crossed states are strange to their hosts (rule grade_anomaly)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.hybrids.anomaly import anomaly_values, arms_by_anomaly
from crosspatch.files.states import open_states
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    base_states: Path,
    tuned_states: Path,
    cells: Path,
    arms: Path,
    values: Path,
    keep: list[float],
    provenance: Mapping[str, Any],
) -> None:
    """Write how strange each event's crossed states are, and the pair's own cells at the least and the most strange."""
    own = read_table(cells, "cells")
    with open_states(base_states, tuned_states) as states:
        anomalies = anomaly_values(own, states)
    write_table(anomalies, values, "control_values", provenance)
    write_table(arms_by_anomaly(own, anomalies, keep), arms, "control_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
