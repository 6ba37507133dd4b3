"""The gap among all steps and among steps that end alike, with how good each match is, by family and comparison."""

import pandas as pd

from crosspatch.experiments.gap.comparisons import arm_of
from crosspatch.figures.rendering import Column, TableSpec, count, estimate, logits, share
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.histories import RAW_LENS, TUNED_LENS

COMPARED = ("own histories", "tuned history", "base history", "own histories, both raw")
SHOWN = {
    ("", RAW_LENS): "All steps, raw",
    (", matched", RAW_LENS): "Matched, raw",
    (", overlap weights", RAW_LENS): "Overlap, raw",
    ("", TUNED_LENS): "All steps, tuned",
    (", matched", TUNED_LENS): "Matched, tuned",
}
"""Weighing and lens of each column, and its words."""
COLUMNS = [f"{lens}{weighing}" for weighing, lens in SHOWN]
SPEC = TableSpec(
    label="matched",
    title="The gap of the final half among all steps and among steps that end alike",
    note=(
        "Nats, tuned less base, KL(block || final) over the final half of the blocks under the raw or the tuned "
        "lens, with {level} intervals (the widest over prompts, templates and token pairs). Matched: cells of "
        "equal entropy, largest probability and margin of the final prediction, matched anew in each draw; "
        "overlap: weights n m / (n + m) of these cells. Kept is the share of steps in cells that both have, "
        "imbalance the largest standardised difference of the three after matching; a match that keeps too few or "
        "is off by too much has no number."
    ),
    columns=(
        FAMILY,
        Column("compared", "Compared"),
        *(Column(name, words, estimate) for name, words in zip(COLUMNS, SHOWN.values(), strict=True)),
        Column("retention", "Kept", share),
        Column("imbalance", "Imbalance", logits),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family",),
)


def table_matched(
    gap: pd.DataFrame, gap_matched: pd.DataFrame, match_quality: pd.DataFrame, labels: Labels
) -> pd.DataFrame:
    """Return a row for each comparison in every family and in their mean."""
    arms = {
        f"{arm_of(compared, lens)}{weighing}": (compared, f"{lens}{weighing}")
        for compared in COMPARED
        for weighing, lens in SHOWN
    }
    both = pd.concat([gap, gap_matched], ignore_index=True)
    rows = select_arms(both, "table matched", labels, effect="gap_final_half", arm=list(arms))
    about = pd.DataFrame([arms[arm] for arm in rows["arm"]], columns=["compared", "effect"])
    table = of_scopes(
        rows.assign(compared=about["compared"], effect=about["effect"]), labels, "compared", COMPARED, COLUMNS
    )
    quality = _quality(match_quality, dict(zip(rows["scope"], rows["label"], strict=True)))
    return table.merge(quality, how="left", on=["family", "compared"])


def _quality(match_quality: pd.DataFrame, families: Labels) -> pd.DataFrame:
    own = match_quality[match_quality["weighing"] == "matched"]
    after = own.filter(regex="_after$").abs().max(axis=1)
    known = own.assign(family=own["pair"].map(families), imbalance=after)
    return known[["family", "compared", "retention", "imbalance"]]
