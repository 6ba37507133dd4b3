"""Updates: what the training between the two checkpoints of every pair was, how far it moved the weights, what it
taught, at how many prompts they part, and the effects there. Null pairs, to which no instruction was shown, stand
last.
"""

import pandas as pd

from crosspatch.experiments.updates.quantities import LATE, TOTAL, UPSTREAM, by_pair
from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Column, TableSpec, count, estimate, logits, share

REMEDY = "relate the updates again (snakemake --forcerun relate_updates)"
COLUMNS = ["pair", "label", "training", "is_null", "step", "quantity", "value", "low", "high", "level", "n_events"]
PLAIN = ("exam", "event_share", TOTAL, UPSTREAM, LATE, "portable", "matched", "native_shift", "interaction_share")

SPEC = TableSpec(
    label="updates",
    title="What training did to the weights and taught, against the interaction",
    note=(
        "Effects in logits, the interaction with its widest {level} interval over prompts, templates and token pairs; "
        "common readout of the checkpoint, float32. Exam: mean mark in raw mode over categories. Change: relative to "
        "the base's weights (Frobenius norm), of all, of those below the boundary, of the others."
    ),
    columns=(
        Column("label", "Pair"),
        Column("training", "Training"),
        Column("step", "Step", count),
        Column("exam", "Exam", share),
        Column(TOTAL, "Change", share),
        Column(UPSTREAM, "below", share),
        Column(LATE, "above", share),
        Column("event_share", "Prompts with an event", share),
        Column("interaction", "Interaction", estimate),
        Column("interaction_share", "of the native shift", share),
        Column("native_shift", "Native shift", logits),
        Column("n_events", "Events", count),
    ),
)


def table_updates(updates: pd.DataFrame) -> pd.DataFrame:
    """Return one row per pair, from the study's `updates`."""
    need_columns(updates, COLUMNS, "table updates", REMEDY)
    known = updates.drop_duplicates("pair").set_index("pair")[["label", "training", "is_null", "step", "n_events"]]
    values = by_pair(updates).reindex(columns=list(PLAIN))
    interaction = updates[updates["quantity"] == "interaction"].set_index("pair")
    ends = {"interaction": "value", "interaction_low": "low", "interaction_high": "high", "level": "level"}
    table = known.join(values).assign(**{name: interaction[column] for name, column in ends.items()})
    return table.sort_values("is_null", kind="stable").reset_index(drop=True)
