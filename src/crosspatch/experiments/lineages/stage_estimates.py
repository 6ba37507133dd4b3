"""Estimates of a lineage's stages on one support, by the one estimator."""

from collections.abc import Mapping, Sequence

import pandas as pd

from crosspatch.experiments.lineages.stage_arms import arms_of_stages, picks_of_stages, stage_arm
from crosspatch.statistics.arms import estimate_arms
from crosspatch.statistics.label_swap import estimate_label_swap, swap_labels
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of
from crosspatch.statistics.values import estimate_values


def estimate_stages(
    cells: pd.DataFrame, stages: Mapping[str, str], plan: Plan, *, positions: Sequence[int]
) -> pd.DataFrame:
    """Return the `estimates` rows of the `stage_cells` of one support.

    stages: labels by checkpoint, in order. Arms are the stages, each with the first one, over all events and over
    those at each of `positions` or later; `retention` is a stage's interaction / the last stage's, over the same events
    and draws. Beside them: how often each stage picks the support's tuned token.
    """
    pair, last = str(cells["pair"].iloc[0]), list(stages.values())[-1]
    tables = []
    for position in (0, *positions):
        arms = arms_of_stages(cells, stages, position)
        if len(arms):
            tables.append(estimate_arms({pair: arms}, [], plan, reference=stage_arm(last, position)))
    tables.append(estimate_values({pair: picks_of_stages(cells, stages)}, {pair: clusters_of(cells)}, [], plan))
    return pd.concat(tables, ignore_index=True)


def null_of_last_stage(cells: pd.DataFrame, stages: Mapping[str, str], plan: Plan) -> pd.DataFrame:
    """Return the `estimates` rows of the null of the last stage's interaction; `plan.draws` are the flips."""
    checkpoint, label = list(stages.items())[-1]
    first = next(iter(stages))
    own = arms_of_stages(cells, {first: stages[first], checkpoint: label})
    frame = own[own["arm"] == stage_arm(label)].drop(columns="arm")
    return estimate_label_swap(swap_labels({str(cells["pair"].iloc[0]): frame}, [], plan), plan.level)
