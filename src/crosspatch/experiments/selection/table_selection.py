"""Interaction of every family at first divergences, at random local disagreements and before base and tuned part,
with the share of prompts that have such an event and what the events are like. A rollout's tokens that its checkpoint
does not pick again in a full forward pass are near-ties.
"""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, estimate, share
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import EFFECTS, EVENTS, FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

SHARES = ("has_event", "position_at_least_3", "has_content", "read_again")

SPEC = TableSpec(
    label="selection",
    title="Interaction at other events than first divergences",
    note=(
        "Logits, with {level} intervals (the widest over prompts, templates and token pairs); "
        "common tuned readout in float32. Of first divergence: ratio of "
        "the interactions. With an event: share of prompts. Position 3 or later, content word (one of the two tokens "
        "at least): share of events. Read again: share of a rollout's tokens that its checkpoint picks again in a full "
        "forward pass."
    ),
    columns=(
        FAMILY,
        Column("events", "Events at"),
        EFFECTS[2],
        Column("retention", "Of first divergence", estimate),
        EVENTS,
        Column("has_event", "With an event", share),
        Column("position_at_least_3", "Position 3 or later", share),
        Column("has_content", "Content word", share),
        Column("read_again", "Read again", share),
    ),
    grouped=("family",),
)


ARMS: Mapping[str, str] = MappingProxyType(
    {
        REFERENCE: "first divergence",
        "both paths": "random disagreement,\nboth rollouts",
        "base path": "random disagreement,\nbase rollout",
        "tuned path": "random disagreement,\ntuned rollout",
        "future pair": "same tokens,\nbefore they part",
    }
)


def table_selection(selection: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the arms of every family and of the mean: interaction, its ratio to the reference, and what events are."""
    effects = ["interaction", "retention", *SHARES]
    rows = select_arms(selection, "table selection", labels, effect=effects, arm=list(ARMS))
    counts = rows[rows["effect"] == "interaction"].set_index(["label", "arm"])["n_events"]
    table = of_scopes(rows, labels, "arm", list(ARMS), effects)
    return table.assign(
        n_events=[counts.get((row.family, row.arm), 0) for row in table.itertuples()],
        events=[ARMS[arm].replace("\n", " ") for arm in table["arm"]],
    )
