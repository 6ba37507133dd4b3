"""From which block on the prediction stays, as a median and a mean over all steps of all prompts, in which long
continuations count most, under one history and under own ones, by every definition and both lenses.
"""

import pandas as pd

from crosspatch.experiments.gap.comparisons import arm_of
from crosspatch.experiments.gap.table_settling import DEFINITIONS
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.histories import LENSES

COMPARED = {"tuned history": "same", "own histories": "own"}
STATISTICS = {"median_settled": "median", "mean_settled": "mean"}
COLUMNS = {
    f"{lens}_{statistic}_{history}": f"{words}, {lens}, {history}"
    for lens in LENSES
    for history in COMPARED.values()
    for statistic, words in STATISTICS.items()
}
SPEC = TableSpec(
    label="settled_steps",
    title="From which block on the prediction stays, over steps, tuned less base",
    note=(
        "Difference of depths (0: first block, 1: last) of the median step and of the mean over steps, under the raw "
        "or the tuned lens, both checkpoints reading what the tuned one wrote (same) or what each wrote itself (own), "
        "with {level} intervals (the widest over prompts, templates and token pairs). Steps that do not settle do not "
        "count."
    ),
    columns=(
        FAMILY,
        Column("definition", "Definition"),
        *(Column(name, words, estimate) for name, words in COLUMNS.items()),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family",),
)


def table_settled_steps(settled_steps: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return a row for each definition in every family and in their mean."""
    arms = {arm_of(compared, lens): (lens, history) for compared, history in COMPARED.items() for lens in LENSES}
    wanted = [f"{statistic}_{name}" for statistic in STATISTICS for name in DEFINITIONS]
    rows = select_arms(settled_steps, "table settled_steps", labels, effect=wanted, arm=list(arms))
    named = rows["effect"].str.extract(r"^(?P<statistic>mean_settled|median_settled)_(?P<definition>.+)$")
    places = pd.DataFrame([arms[arm] for arm in rows["arm"]], columns=["lens", "history"])
    column = places["lens"] + "_" + named["statistic"] + "_" + places["history"]
    rows = rows.assign(definition=named["definition"], effect=column)
    table = of_scopes(rows, labels, "definition", list(DEFINITIONS), list(COLUMNS))
    return table.assign(definition=table["definition"].map(DEFINITIONS))
