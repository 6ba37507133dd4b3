"""The effects at the three kinds of events that the paper averaged on its prompts of content and reasoning, and in
their mixture; of the mean over families also by category of the prompts. The mixture is a replication, and no
first-divergence measurement: behind the first divergence the histories have parted, so a later event has the base
rollout before it, and its tuned token is one that the tuned checkpoint wrote behind other text.
"""

import pandas as pd

from crosspatch.experiments.mixture.kinds import KINDS, arm_of, kind_and_category
from crosspatch.figures.rendering import Column, TableSpec
from crosspatch.figures.rows import headline_scope, select_arms
from crosspatch.figures.tables import CONTRASTS, EFFECTS, EVENTS, FAMILY, of_scopes
from crosspatch.figures.words import Labels

SPEC = TableSpec(
    label="mixture",
    title="The paper's mixture of three kinds of events",
    note=(
        "Logits, with {level} intervals (the widest over prompts, templates and token pairs); common tuned readout in "
        "float32. An event counts once, as the first kind that it is of; those of a prompt are averaged first. Later "
        "difference of words: the first position at which the rollouts have different tokens, neither of the word "
        "class format. Later assistant marker: the same where one of the two is such a marker. Only the first "
        "divergence has one history for both checkpoints."
    ),
    columns=(FAMILY, Column("kind", "Kind of event"), Column("category", "Prompts"), *EFFECTS, EVENTS),
    grouped=("family",),
)


def table_mixture(mixture: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the effects by kind of event of every family and of the mean, and of the mean by category."""
    found = {category for _, category in map(kind_and_category, mixture["arm"].unique()) if category is not None}
    by_category = [arm_of(kind, category) for category in sorted(found) for kind in KINDS]
    wanted = {"arm": [*KINDS, *by_category], "effect": list(CONTRASTS)}
    rows = select_arms(mixture, "table mixture", labels, **wanted)
    scope = headline_scope(rows, "table mixture")
    mean, shown = rows[rows["scope"] == scope], {name: label for name, label in labels.items() if name == scope}
    blocks = [
        of_scopes(rows, labels, "arm", KINDS, CONTRASTS),
        of_scopes(mean, shown, "arm", by_category, CONTRASTS),
    ]
    table = pd.concat(blocks, ignore_index=True)
    kinds, categories = zip(*map(kind_and_category, table["arm"]), strict=True)
    return table.assign(kind=kinds, category=["all" if one is None else one for one in categories])
