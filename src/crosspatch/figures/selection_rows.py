"""The table of selection baselines, and how its arms are called."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from crosspatch.figures.arm_rows import select_arms
from crosspatch.figures.rendering import Column, TableSpec, estimate, share
from crosspatch.figures.selection import scopes
from crosspatch.figures.table_specs import EFFECTS, EVENTS, FAMILY
from crosspatch.figures.tables import families_of, wide_by
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

ARMS: Mapping[str, str] = MappingProxyType(
    {
        REFERENCE: "first divergence",
        "both paths": "random disagreement,\nboth rollouts",
        "base path": "random disagreement,\nbase rollout",
        "tuned path": "random disagreement,\ntuned rollout",
        "future pair": "same tokens,\nbefore they part",
    }
)
SHARES = ("has_event", "position_at_least_3", "has_content", "read_again")

SPEC = TableSpec(
    label="selection",
    title="Interaction at other events than first divergences",
    note=(
        "Logits, with {level} intervals over prompts; common tuned readout in float32. Of first divergence: ratio of "
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


def table_selection(estimates: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the arms of every family and of the mean: interaction, its ratio to the reference, and what events are."""
    effects = ["interaction", "retention", *SHARES]
    rows = select_arms(estimates, "table selection", labels, effect=effects, arm=list(ARMS))
    blocks = []
    for scope, label in scopes(rows, labels).items():
        own = rows[rows["scope"] == scope]
        events = own[own["effect"] == "interaction"].set_index("arm")["n_events"]
        wide = wide_by(own, "arm", effects).assign(n_events=events).reindex(list(ARMS)).fillna({"n_events": 0})
        wide = wide.assign(family=families_of(wide, own, "arm", label))
        words = [text.replace("\n", " ") for text in ARMS.values()]
        blocks.append(wide.assign(events=words).reset_index(names="arm"))
    return pd.concat(blocks, ignore_index=True)
