"""Read base states that were moved as far as the tuned ones, but anywhere (rule permute_displacement)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.hybrids.hybrid_arms import run_arms
from crosspatch.experiments.hybrids.hybrid_states import permutation_arms
from crosspatch.files.states import StateFile
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import with_engine


def main(
    *,
    base: Path,
    tuned: Path,
    base_states: Path,
    tuned_states: Path,
    events: Path,
    cells: Path,
    arms: Path,
    pair: str,
    seeds: list[int],
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Write the cells of every seed's signed permutation."""
    own = read_table(cells, "cells")
    with StateFile(base_states) as from_base, StateFile(tuned_states) as from_tuned:
        states = {"base": from_base, "tuned": from_tuned}
        measured, engine = run_arms(
            permutation_arms(states, pair, seeds),
            states,
            own,
            manifests={"base": base, "tuned": tuned},
            events=events,
            boundary=boundary,
            placement=placement,
            batches=batches,
        )
    write_table(measured, arms, "control_cells", with_engine(provenance, engine))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
