"""The interaction of every family at events whose two tokens are of one kind, and its ratio to that at all first
divergences. If one kind carried the finding, little would be left at the others.
"""

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import EFFECTS, EVENTS, FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

ARMS = (
    REFERENCE, "both content", "any format", "same class", "different classes", "assistant marker",
    "no assistant marker", "stop token", "no stop token", "rare tokens", "frequent tokens", "first position",
    "later positions",
)  # fmt: skip

SPEC = TableSpec(
    label="tokens",
    title="Interaction by what the two tokens are",
    note=(
        "Logits, with {level} intervals (the widest over prompts, templates and token pairs); "
        "common tuned readout in float32. Retention is the interaction at "
        "these events / at all first divergences. Classes are of single tokens by rule; an arm without interval has "
        "too few events in some family."
    ),
    columns=(
        FAMILY,
        Column("arm", "Events with"),
        EFFECTS[2],
        Column("retention", "Retention", estimate),
        EVENTS,
    ),
    grouped=("family",),
)


def table_tokens(tokens: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return interaction and retention of every family and of their mean, by kind of token, all events first."""
    wanted = {"arm": list(ARMS), "effect": ["interaction", "retention"], "method": "prompt"}
    rows = select_arms(tokens, "table tokens", labels, **wanted)
    known = [arm for arm in ARMS if arm in set(rows["arm"])]
    return of_scopes(rows, labels, "arm", known, wanted["effect"]).replace({"arm": {REFERENCE: "all"}})
