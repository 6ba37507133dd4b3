"""The gap of the final half to other ends, through the other's lens and above that of null pairs, by family."""

import pandas as pd

from crosspatch.experiments.gap.comparisons import BEFORE, HISTORIES, arm_of
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import join, select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.histories import RAW_LENS, TUNED_LENS

HALF, EARLY = "gap_final_half", f"gap_{BEFORE}"
SHOWN = {
    "as_is": "As it is, raw",
    "over_nulls": "Above null pairs",
    "tuned_tempered": "Tuned as flat as base",
    "base_tempered": "Base as sharp as tuned",
    "own_lens": "As it is, tuned lens",
    "other_lens": "Through the other's lens",
    "to_end": "To the end, earlier blocks",
    "to_earlier": "To an earlier block",
}
"""Columns and their words."""
SPEC = TableSpec(
    label="varied",
    title="The gap if the end, or the lens, is another",
    note=(
        "Nats, tuned less base, KL(block || end) over the final half of the blocks, with {level} intervals (the widest "
        "over prompts, templates and token pairs). Above null pairs: less the mean of the study's null pairs, prompt "
        "by prompt. As flat, as sharp: that checkpoint's final prediction at the temperature at which its mean entropy "
        "is that of the other's. The last two are over the blocks of the final half before the final fifth, to the "
        "final prediction and to that of the last of these blocks."
    ),
    columns=(
        FAMILY,
        Column("history", "History"),
        *(Column(name, words, estimate) for name, words in SHOWN.items()),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family",),
)


def table_varied(
    gap: pd.DataFrame, gap_varied: pd.DataFrame, labels: Labels, gap_over_nulls: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return a row for each history in every family and in their mean."""
    named = {key: (history, column) for history in HISTORIES.values() for column, key in keys_of(history).items()}
    tables = [table for table in (gap, gap_varied, gap_over_nulls) if table is not None]
    key = ["control", "arm", "effect"]
    found = [
        select_arms(own, "table varied", labels, control=[control], arm=[arm], effect=[effect])
        for control, arm, effect in named
        for own in tables
        if (own["control"] == control).any()
    ]
    rows = join(*found)
    about = pd.DataFrame([named[one] for one in rows[key].itertuples(index=False, name=None)])
    rows = rows.assign(history=about[0], effect=about[1])
    return of_scopes(rows, labels, "history", list(HISTORIES.values()), list(SHOWN))


def keys_of(history: str) -> dict[str, tuple[str, str, str]]:
    """Return by column the control, arm and quantity that it shows of a history."""
    raw = arm_of(history, RAW_LENS)
    return {
        "as_is": ("gap", raw, HALF),
        "over_nulls": ("gap_over_nulls", raw, HALF),
        "tuned_tempered": ("gap_varied", arm_of(f"{history}, tuned tempered", RAW_LENS), HALF),
        "base_tempered": ("gap_varied", arm_of(f"{history}, base tempered", RAW_LENS), HALF),
        "own_lens": ("gap", arm_of(history, TUNED_LENS), HALF),
        "other_lens": ("gap_varied", f"{history}, the other's lens", HALF),
        "to_end": ("gap_varied", arm_of(f"{history}, to the end", RAW_LENS), EARLY),
        "to_earlier": ("gap_varied", arm_of(f"{history}, to an earlier block", RAW_LENS), EARLY),
    }
