"""Closures by family and boundary in the layout of table E.7 of arXiv 2605.07284: few directions fitted on other
prompts, the whole difference at the last token, and its controls. Every closure is a ratio of means over held-out
prompts.
"""

import pandas as pd

from crosspatch.experiments.closure.names import ALL_POSITIONS, FLIPPED, FULL, GAUSSIAN, RANDOM, of_directions
from crosspatch.experiments.closure.shown import boundaries_in, closures, primary_in
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import join
from crosspatch.figures.tables import EVENTS, FAMILY, of_scopes
from crosspatch.figures.words import Labels

NAME = "table closure"
WHOLE = {"full": FULL, "gaussian": GAUSSIAN, "random": RANDOM, "flipped": FLIPPED}
SPEC = TableSpec(
    label="closure",
    title="Margin gained by moved base states / margin missing between the tuned and the base upstream",
    note=(
        "Ratios of means over held-out prompts with {level} intervals (the widest over prompts, templates and token "
        "pairs); common tuned readout in float32. States are moved at the last token, but for the second column of "
        "closures, in which the difference of every position is projected. A random direction has the norm of the "
        "projection, a Gaussian one that of the whole difference. Published are means of the ratios of single prompts, "
        "which table closure_ratios has. Null pairs, which had no instruction tuning, are marked as extra and are in "
        "no mean."
    ),
    columns=(
        FAMILY,
        Column("place", "Boundary"),
        Column("directions", "Directions", count),
        Column("few", "Projected", estimate),
        Column("few_everywhere", "Projected, all positions", estimate),
        Column("full", "Whole", estimate),
        Column("gaussian", "Gaussian", estimate),
        Column("random", "Random", estimate),
        Column("flipped", "Sign flipped", estimate),
        EVENTS,
    ),
    grouped=("family",),
)


def table_closure(closure: pd.DataFrame, labels: Labels, closure_floor: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return a row for the registered boundary and every other in every family, in every null pair (`closure_floor`)
    and in the mean.
    """
    directions, places = primary_in(closure, NAME), boundaries_in(closure)
    few = of_directions(directions)
    columns = {"few": few, "few_everywhere": few + ALL_POSITIONS, **WHOLE}
    rows = closures(join(closure, closure_floor), labels, NAME, places, list(columns.values()))
    named = rows.assign(effect=rows["arm"].map({name: column for column, name in columns.items()}))
    table = of_scopes(named, labels, "place", places, list(columns)).assign(directions=directions)
    return table[table["n_events"] > 0].reset_index(drop=True)
