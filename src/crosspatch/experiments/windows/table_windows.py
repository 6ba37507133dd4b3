"""Whose token is picked with the other checkpoint's MLPs in a window of blocks, and what MLPs write, in the form of
the papers' table D.1 with its empty early column filled in: as the unweighted mean over families, and over all events
pooled, as the papers report the shares. The papers' supports, gain and interaction are of chat-formatted prompts;
ours are of raw, shared prompts, of which the published interaction is .062. Intervals resample prompts
({{ study.statistics.draws }} draws, percentile).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, count, measured
from crosspatch.figures.rows import select_arms
from crosspatch.figures.words import BALANCED, POOLED, Labels

NAME = "table windows"
WINDOWS = ("early", "middle", "late")
SPEC = TableSpec(
    label="windows",
    title="Windows of MLPs: whose token is picked, and what they write",
    note=(
        "With {level} intervals (the widest over prompts, templates and token pairs); "
        "every number under the host's own readout, contexts as raw text. "
        "Picked: of events at the first divergence. Written: means over the blocks of a window, of the difference that "
        "an MLP makes to a logit at the last position. The module's output, which the papers took for it, is not what "
        "post-norm families add."
    ),
    columns=(
        Column("quantity", "Quantity"),
        Column("version", "Written"),
        Column("unit", "Unit"),
        Column("over", "Over"),
        *(Column(window, window.capitalize(), measured) for window in WINDOWS),
        Column("n_events", "Events", count),
    ),
    grouped=("quantity",),
)


@dataclass(frozen=True)
class _Line:
    """One quantity: its words, unit, effect, arm (of each window) and by how much estimates are multiplied."""

    quantity: str
    unit: str
    effect: str
    arm: str
    factor: float = 1.0


PICKS = (
    _Line("tuned token picked: tuned MLPs, base host", "percent", "picks_donor_token", "base host, {}", 100.0),
    _Line("base token picked: base MLPs, tuned host", "percent", "picks_donor_token", "tuned host, {}", 100.0),
)
WRITES = (
    _Line("support of the tuned token, tuned checkpoint", "logits", "support_tuned", "tuned, {}"),
    _Line("write-in gained by tuned MLPs, base host", "logits", "base_host_gain", "{}"),
    _Line("interaction of MLPs and host", "logits", "interaction", "{}"),
)
VERSIONS = {"": "what MLPs add", ", module output": "module output"}


def table_windows(windows: pd.DataFrame, write_out: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the rows of table D.1 as means over families and over all prompts pooled; writes in both versions.

    `windows` and `write_out` are the tables of these controls. Shares are in percent, all else in logits; the readout
    is each host's own. Each window has NAME, NAME_low and NAME_high, missing where it is not measured.
    """
    precisions = {"checkpoint": windows, "float32": write_out}
    tables = [
        select_arms(table, NAME, labels, others=[POOLED], readout="native", precision=precision)
        for precision, table in precisions.items()
    ]
    rows = pd.concat(tables, ignore_index=True)
    lines = [_row(rows, line, "", "") for line in PICKS]
    lines += [_row(rows, line, suffix, version) for suffix, version in VERSIONS.items() for line in WRITES]
    return pd.DataFrame([row for both in lines for row in both])


def _row(rows: pd.DataFrame, line: _Line, suffix: str, version: str) -> list[Mapping[str, Any]]:
    """Return the rows of one quantity: of the mean over families, and pooled."""
    arms = {window: line.arm.format(window) + suffix for window in WINDOWS}
    own = rows[(rows["effect"] == line.effect) & rows["arm"].isin(list(arms.values()))]
    found = []
    for scope in (BALANCED, POOLED):
        here = own[own["scope"] == scope].set_index("arm").reindex(list(arms.values()))
        numbers = {
            f"{window}{end}": line.factor * here.loc[arm, column]
            for window, arm in arms.items()
            for end, column in (("", "value"), ("_low", "low"), ("_high", "high"))
        }
        known = {"quantity": line.quantity, "version": version, "unit": line.unit, "over": _words(here, scope)}
        found.append({**known, **numbers, "level": here["level"].max(), "n_events": here["n_events"].max()})
    return found


def _words(rows: pd.DataFrame, scope: str) -> str:
    return "all prompts pooled" if scope == POOLED else str(rows["label"].dropna().iloc[0])
