"""Gather the estimates of the study's lineages, with the words that are printed (rule collect_lineages)."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def described(
    estimates: pd.DataFrame, rows: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str]
) -> pd.DataFrame:
    """Return estimates of lineages as a `lineages` table.

    rows: the lineages of the config by name; labels: of pairs, by name. Added: the labels of lineage, support and
    stage, the places of support and stage in the lineage's order, and the position from which on events count.
    """
    own = [rows[control.removeprefix("lineage ")] for control in estimates["control"]]
    arms = [re.fullmatch(r"stage (.*?)(?:, position >= (\d+))?", arm) for arm in estimates["arm"]]
    stages = [None if arm is None else arm[1] for arm in arms]
    return estimates.assign(
        lineage=[row["label"] for row in own],
        support=[labels[scope] for scope in estimates["scope"]],
        support_place=[row["supports"].index(scope) for row, scope in zip(own, estimates["scope"], strict=True)],
        stage=stages,
        stage_place=_places(own, stages),
        position=[0 if arm is None else int(arm[2] or 0) for arm in arms],
    )


def _places(own: Sequence[Mapping[str, Any]], stages: Sequence[str | None]) -> pd.Series:
    """Return the place of each row's stage; of a null, which is the last stage's, the last place."""
    places = [
        (len(row["labels"]) - 1 if stage is None else row["labels"].index(stage))
        for row, stage in zip(own, stages, strict=True)
    ]
    return pd.Series(places, dtype="int64")


def main(
    *,
    parts: list[Path],
    lineages: Path,
    rows: Mapping[str, Mapping[str, Any]],
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Concatenate, lineages and their supports in the config's order."""
    estimates = pd.concat([read_table(part, "estimates") for part in parts], ignore_index=True)
    write_table(described(estimates, rows, labels), lineages, "lineages", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
