"""Null pairs: what the four cells say of checkpoints between which there was no instruction tuning. The effects with
intervals over prompts, the widest interval of the interaction, and the interaction as a share of the native shift.
Which of two checkpoints is called tuned is arbitrary here, and with it every sign.
"""

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, estimate, plain, share
from crosspatch.figures.rows import select
from crosspatch.figures.tables import EFFECTS, EVENTS, FAMILY
from crosspatch.figures.words import METHODS, Labels
from crosspatch.records.estimates import CLUSTERS, PROMPT, widest

NAME = "table noise_floor"
SHOWN = ("portable", "matched", "interaction", "native_shift", "interaction_share")

SPEC = TableSpec(
    label="noise_floor",
    title="Null pairs: the effects where there was no instruction tuning",
    note=(
        "Logits, with {level} intervals over prompts; common readout of the second checkpoint, float32. The widest "
        "interval of the interaction is over prompts, templates or token pairs, as said beside it."
    ),
    columns=(
        FAMILY,
        *EFFECTS,
        Column("widest", "Interaction, widest interval", estimate),
        Column("over", "Resampled"),
        Column("native_shift", "Native shift", plain),
        Column("interaction_share", "Interaction share", share),
        EVENTS,
    ),
)


def table_noise_floor(noise_floor: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return one row per null pair, from the estimates of null pairs."""
    own = {pair: label for pair, label in labels.items() if pair in set(noise_floor["scope"])}
    rows = select(noise_floor, NAME, own, effect=SHOWN, method=[PROMPT, *CLUSTERS])
    prompts = rows[rows["method"] == PROMPT].set_index(["scope", "effect"])
    table = pd.DataFrame(index=pd.Index(own, name="scope")).assign(family=list(own.values()))
    for effect in SHOWN:
        one = prompts.xs(effect, level="effect")
        table = table.assign(**{effect: one["value"], f"{effect}_low": one["low"], f"{effect}_high": one["high"]})
    wide = widest(rows[rows["effect"] == "interaction"]).set_index("scope")
    table = table.assign(widest=wide["value"], widest_low=wide["low"], widest_high=wide["high"])
    over = wide["method"].map(lambda method: METHODS[method])
    return table.assign(over=over, level=wide["level"], n_events=wide["n_events"]).reset_index(drop=True)
