"""From which block on the prediction stays, tuned less base under the same history, by every definition and both
lenses, with how often there is no such block.
"""

import pandas as pd

from crosspatch.experiments.gap.comparisons import arm_of, level_of
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.histories import BASE_RAW, LENSES, TUNED_CHAT, TUNED_LENS, Reading

COMPARED = "tuned history"
DEFINITIONS = {
    "top": "top token stays",
    "three": "final token stays among three",
    "five": "final token stays among five",
    "within_005": "KL stays below .05",
    "within_010": "KL stays below .1",
    "within_020": "KL stays below .2",
    "within_050": "KL stays below .5",
    "within_100": "KL stays below 1",
    "most_within_010": "KL of 90 % below .1",
    "near_010": "KL below .1, later below .5",
    "near_three_010": "KL below .1, later below .3",
    "entropy": "entropy stays within .2",
    "certain": "entropy stays below .2",
    "cosine_080": "cosine stays above .8",
    "cosine_090": "cosine stays above .9",
    "cosine_095": "cosine stays above .95",
    "cosine_099": "cosine stays above .99",
}
READERS = {"tuned": Reading(TUNED_CHAT, TUNED_CHAT), "base": Reading(BASE_RAW, TUNED_CHAT)}
SPEC = TableSpec(
    label="settling",
    title="From which block on the prediction stays, tuned less base",
    note=(
        "Difference of depths (0: first block, 1: last), both checkpoints reading what the tuned one wrote, over "
        "steps at which there is such a block, with {level} intervals (the widest over prompts, templates and "
        "token pairs). Misses are the shares of steps without one under the tuned lens, whose last block need not "
        "be the end; the raw lens has some of entropies only. Cosines are of states with the last one, under no lens."
    ),
    columns=(
        FAMILY,
        Column("definition", "Definition"),
        *(Column(f"{lens}_settled", f"{lens.capitalize()} lens", estimate) for lens in LENSES),
        *(Column(f"{side}_missed", f"Misses, {side}", estimate) for side in READERS),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family",),
)


def table_settling(gap: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return a row for each definition in every family and in their mean."""
    arms = {arm_of(COMPARED, lens): f"{lens}_settled" for lens in LENSES}
    arms |= {arm_of(level_of(reading), TUNED_LENS): f"{side}_missed" for side, reading in READERS.items()}
    wanted = [f"{what}_{name}" for what in ("settled", "missed") for name in DEFINITIONS]
    rows = select_arms(gap, "table settling", labels, effect=wanted, arm=list(arms))
    named = rows["effect"].str.extract(r"^(?P<what>settled|missed)_(?P<definition>.+)$")
    column = rows["arm"].map(arms)
    own = [place.endswith(what) for place, what in zip(column, named["what"], strict=True)]
    rows = rows.assign(definition=named["definition"], effect=column)[own]
    columns = list(arms.values())
    table = of_scopes(rows.reset_index(drop=True), labels, "definition", list(DEFINITIONS), columns)
    return table.assign(definition=table["definition"].map(DEFINITIONS))
