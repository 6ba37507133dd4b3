"""What a host says in the end, and how near to either checkpoint its blocks are, when a window of MLPs is exchanged:
the forced token's log probability and rank, whose pick the final prediction is, and Jensen-Shannon divergences of the
same blocks, each less the host as it is, under the continuation that the tuned checkpoint wrote.
"""

import pandas as pd

from crosspatch.experiments.grafts.hosts import of_both_hosts
from crosspatch.experiments.grafts.names import LATE_PARTS, arm_of
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import less
from crosspatch.records.grafts import EARLY, LATE, MIDDLE
from crosspatch.records.histories import RAW_LENS

NAME = "table grafted_choices"
WINDOWS = (EARLY, MIDDLE, LATE, *LATE_PARTS, less(LATE, MIDDLE), less(LATE, EARLY))
READ = {
    "js_to_other_final_fifth": "JS to the other, final fifth",
    "js_to_other_whole": "JS to the other, whole",
    "js_to_host_final_fifth": "JS to the host, final fifth",
}
ENDS = {
    "forced_log_probability": "Log probability",
    "forced_rank": "Rank",
    "agrees_with_host": "Picks as host",
    "agrees_with_other": "Picks as other",
}
SPEC = TableSpec(
    label="grafted_choices",
    title="Forced tokens, picks and same-layer distances when a window of MLPs is exchanged, less the host as it is",
    note=(
        "Means over the steps of the continuation that the tuned checkpoint wrote; log probabilities and divergences "
        "in nats, picks as shares of steps, with {level} intervals (the widest over prompts, templates and token "
        "pairs). Divergences are of what the same block says under the raw lens of either checkpoint; "
        "the other reads in its own mode, and a negative number says that the hybrid is nearer to it than the host is."
    ),
    columns=(
        FAMILY,
        Column("mlps", "MLPs"),
        Column("window", "Window"),
        *(Column(name, words, estimate) for name, words in {**ENDS, **READ}.items()),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family", "mlps"),
)


def table_grafted_choices(grafts: pd.DataFrame, swaps: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return a row for each window and contrast in both hosts, in every family and in their mean."""
    return of_both_hosts(grafts, swaps, lambda estimates: _of_host(estimates, labels))


def _of_host(estimates: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    read, end = ({arm_of(window, "tuned", lens): window for window in WINDOWS} for lens in (RAW_LENS, None))
    parts = [
        select_arms(estimates, NAME, labels, effect=list(effects), arm=list(arms))
        for effects, arms in ((READ, read), (ENDS, end))
    ]
    rows = pd.concat(parts, ignore_index=True)
    return of_scopes(rows.assign(window=rows["arm"].map(read | end)), labels, "window", WINDOWS, [*ENDS, *READ])
