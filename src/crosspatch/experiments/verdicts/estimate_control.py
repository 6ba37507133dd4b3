"""Estimate the effects of every arm of a control, and its other quantities (rule estimate_control)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.arms import REFERENCE
from crosspatch.statistics.arms import estimate_arms
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of
from crosspatch.statistics.values import estimate_values


def with_reference(own: pd.DataFrame, arms: pd.DataFrame, limits: Mapping[str, int]) -> pd.DataFrame:
    """Return a control's cells with the pair's own `cells` as a further arm.

    Where the control uses the first `rollout_tokens` tokens of a rollout, so does that arm: shorter rollouts would not
    hold a later event.
    """
    seen = own["step"] < limits.get("rollout_tokens", float("inf"))
    return pd.concat([own[seen].assign(arm=REFERENCE), arms], join="inner", ignore_index=True)


def _of_arms(cells: pd.DataFrame, pattern: str) -> pd.DataFrame:
    own: pd.DataFrame = cells[cells["arm"].str.fullmatch(pattern)]
    return own


def main(
    *,
    events: list[Path],
    reference: list[Path],
    cells: list[Path],
    values: list[Path],
    estimates: Path,
    control: str,
    arms: str,
    limits: Mapping[str, int],
    pairs: list[str],
    balanced: list[str],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Join the control's cells with the pairs' own as a further arm; estimate cells, values, or both."""
    plan = Plan(control, seed, settings["draws"], settings["level"])
    tables = []
    if cells:
        joined = [
            with_reference(read_table(own, "cells"), _of_arms(read_table(path, "control_cells"), arms), limits)
            for own, path in zip(reference, cells, strict=True)
        ]
        tables.append(estimate_arms(dict(zip(pairs, joined, strict=True)), balanced, plan))
    if values:
        frames = (read_table(path, "control_values") for path in values)
        clusters = (clusters_of(read_table(path, "events")) for path in events)
        by_pair = (dict(zip(pairs, some, strict=True)) for some in (frames, clusters))
        tables.append(estimate_values(*by_pair, balanced, plan))
    write_table(pd.concat(tables, ignore_index=True), estimates, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
