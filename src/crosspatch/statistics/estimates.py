"""Estimates of the effects of one pair; they need no other pair."""

from collections.abc import Iterator, Sequence

import pandas as pd

from crosspatch.records.estimates import PROMPT
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.drawn import Drawn, draw_scope, mean_effects
from crosspatch.statistics.intervals import normal_interval
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.rows import effect_rows, support_of
from crosspatch.statistics.samples import pair_sample, present


def estimate_pair(cells_frame: pd.DataFrame, plan: Plan, *, positions: Sequence[int]) -> pd.DataFrame:
    """Return the `estimates` rows of one pair from its `cells` table.

    Methods: `prompt`, the percentile interval over prompts; `normal`, the mean +- half its width; and
    `cluster_template`, `cluster_tokens`, which resample whole clusters. `positions` are the k of the arms
    `position >= k`. Raises MeasurementError if an event is incomplete or a margin is not finite.
    """
    sample = pair_sample(pair_cells(cells_frame), positions)
    return pd.concat(
        [rows for drawn in draw_scope(sample.pair, [sample], plan) for rows in _rows(drawn, plan)], ignore_index=True
    )


def _rows(drawn: Drawn, plan: Plan) -> Iterator[pd.DataFrame]:
    yield drawn.rows(plan)
    if drawn.scheme == PROMPT:
        value = mean_effects(drawn.samples)
        normal = normal_interval(value, [drawn.interval(plan.level)], present(drawn.samples))
        support = support_of(drawn.scope, drawn.samples)
        yield effect_rows(plan.control, support, "normal", value, normal, level=plan.level, seed=drawn.seed)
