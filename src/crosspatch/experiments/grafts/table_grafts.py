"""How far the exchange of a window of MLPs moves blocks from or to the final prediction, by window and region, in both
hosts and under both lenses: the matrix of which published tables show one column (final fifth, tuned lens), with the
contrasts of the late window and the random controls.
"""

import pandas as pd

from crosspatch.experiments.grafts.hosts import of_both_hosts
from crosspatch.experiments.grafts.names import LATE_PARTS, RANDOM, REGIONS, arm_of
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import less
from crosspatch.records.grafts import EARLY, LATE, MIDDLE, controlled
from crosspatch.records.histories import LENSES

NAME = "table grafts"
NAMED = (EARLY, MIDDLE, LATE)
WINDOWS = (
    *(*NAMED, *LATE_PARTS, less(LATE, MIDDLE), less(LATE, EARLY)),
    *(name(window, control) for window in NAMED for control in RANDOM for name in (controlled, less)),
)
EFFECTS = {f"{lens}_gap_{region}": f"{region.replace('_', ' ')}, {lens}" for lens in LENSES for region in REGIONS}
SPEC = TableSpec(
    label="grafts",
    title="Distance of blocks to the final prediction when a window of MLPs is exchanged, less the host as it is",
    note=(
        "KL(block || final of the hybrid) in nats, a mean over the blocks of a region and the steps of the "
        "continuation that the tuned checkpoint wrote, under the raw or the tuned lens of the host, with {level} "
        "intervals (the widest over prompts, templates and token pairs). Contrasts are "
        "paired; those of two windows have no edited window in "
        "common. A random change keeps its size and its part along the MLP's input."
    ),
    columns=(
        FAMILY,
        Column("mlps", "MLPs"),
        Column("window", "Window"),
        *(Column(name, words.capitalize(), estimate) for name, words in EFFECTS.items()),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family", "mlps"),
)


def table_grafts(grafts: pd.DataFrame, swaps: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return a row for each window, control and contrast in both hosts, in every family and in their mean."""
    return of_both_hosts(grafts, swaps, lambda estimates: _of_host(estimates, labels))


def _of_host(estimates: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    arms = {arm_of(window, "tuned", lens): (window, lens) for window in WINDOWS for lens in LENSES}
    rows = select_arms(estimates, NAME, labels, effect=[f"gap_{region}" for region in REGIONS], arm=list(arms))
    about = pd.DataFrame([arms[arm] for arm in rows["arm"]], columns=["window", "lens"])
    rows = rows.assign(window=about["window"], effect=about["lens"] + "_" + rows["effect"])
    return of_scopes(rows, labels, "window", WINDOWS, list(EFFECTS))
