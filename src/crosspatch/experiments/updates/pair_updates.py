"""What each pair's training was, did and taught, as rows of one table."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosspatch.experiments.updates.quantities import EFFECTS, LATE, TOTAL, UPSTREAM
from crosspatch.files.tables import read_table
from crosspatch.records.estimates import widest
from crosspatch.records.modes import RAW


@dataclass(frozen=True)
class Measured:
    """Files of one pair; `learned` is there if its tuned checkpoint sat the exam."""

    changes: Path
    estimates: Path
    events: Path
    learned: Path | None


def pair_updates(measured: Measured, description: Mapping[str, Any], boundary: int) -> pd.DataFrame:
    """Return the `updates` rows of one pair; `description` are its columns that the config says."""
    events = read_table(measured.events, "events")
    rows = list(_effects(read_table(measured.estimates, "estimates")))
    changes = read_table(measured.changes, "weight_changes")
    numbers = {"event_share": float(events["usable"].mean()), **relative_changes(changes, boundary)}
    if measured.learned is not None:
        numbers["exam"] = mean_mark(json.loads(measured.learned.read_text(encoding="utf-8")))
    rows += [{"quantity": quantity, "value": value} for quantity, value in numbers.items()]
    frame = pd.DataFrame(rows).reindex(columns=["quantity", "value", "low", "high", "level"])
    return frame.assign(**description, n_events=int(events["usable"].sum()))


def prompts_with_events(events: Path) -> set[str]:
    """Return the prompts of a pair that have a usable event."""
    found = read_table(events, "events")
    return set(found.loc[found["usable"], "prompt_id"])


def relative_changes(changes: pd.DataFrame, boundary: int) -> dict[str, float]:
    """Return ||tuned - base|| / ||base|| (Frobenius) over all parts, over those that make the boundary states, and
    over the others, from a table of `weight_changes`.
    """
    upstream = (changes["part"] == "embedding") | changes["block"].between(0, boundary - 1)
    chosen = {TOTAL: changes, UPSTREAM: changes[upstream], LATE: changes[~upstream]}
    sums = {name: rows[["squared_change", "squared_base"]].sum() for name, rows in chosen.items()}
    return {name: float(np.sqrt(one["squared_change"] / one["squared_base"])) for name, one in sums.items()}


def mean_mark(marks: Mapping[str, Mapping[str, float]]) -> float:
    """Return the mean over categories of an exam's marks in raw mode, in which the study's prompts are."""
    return float(pd.Series(marks[RAW]).mean())


def _effects(estimates: pd.DataFrame) -> Iterator[dict[str, Any]]:
    own = estimates[(estimates["arm"] == "all") & estimates["effect"].isin(EFFECTS)]
    own = own[(own["readout"] == "common_tuned") & (own["precision"] == "float32")]
    for row in widest(own).itertuples(index=False):
        yield {"quantity": row.effect, "value": row.value, "low": row.low, "high": row.high, "level": row.level}
