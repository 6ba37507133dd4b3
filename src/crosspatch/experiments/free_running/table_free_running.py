"""What every window of exchanged MLPs changes of what a host writes by itself: whether and when it stops, how much it
repeats itself, how soon and how often it leaves its own text, what it has in common with the other checkpoint's, and
whether it gives the expected answer or refuses; over the prompts at which both it and its host stop, too.
"""

import pandas as pd

from crosspatch.experiments.free_running.hosts import HOSTS, grafted_arms, level_arms
from crosspatch.experiments.free_running.names import CONTRASTS, WINDOWS, both_stopped
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels

EFFECTS = {
    "stopped": "Stops",
    "stopped_of_way": "Of the way",
    "length": "Tokens",
    "repetition": "Repeats",
    "repetition_equal_length": "Repeats, equal length",
    "differs_from_host": "Differs from host",
    "steps_with_host": "Steps with host",
    "agrees_with_other": "As the other",
    "passed": "Expected",
    "refused": "Refuses",
}
SPEC = TableSpec(
    label="free_running",
    title="What hosts write by themselves while a window of MLPs is exchanged, less the host as it is",
    note=(
        "The first two rows of a host are levels: of the host as it is, and of the other checkpoint, which in its own "
        "mode (the base from raw text, the tuned one in its template) writes the text that is compared. All others are "
        "less the host's, prompt by prompt, but for what compares with it already. Stops and repeats are shares of "
        "texts and of sequences of three tokens, tokens do not count a stop; equal length: both texts cut to the "
        "shorter one's tokens. Expected are answers that pass the check of their prompt, where there is one. Of "
        "the way: change of stops / difference of the two checkpoints, a ratio of means. "
        "{level} intervals, the widest over prompts, templates and token pairs."
    ),
    columns=(
        FAMILY,
        Column("mlps", "MLPs"),
        Column("arm", "Window"),
        *(Column(name, words, estimate) for name, words in EFFECTS.items()),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family", "mlps"),
)


def table_free_running(
    free_grafts: pd.DataFrame, free_swaps: pd.DataFrame, free_raw_swaps: pd.DataFrame, labels: Labels
) -> pd.DataFrame:
    """Return a row for each window, control and contrast in every host, in every family and in their mean."""
    tables = dict(zip(HOSTS, (free_grafts, free_swaps, free_raw_swaps), strict=True))
    arms = [*level_arms(), *grafted_arms(tables), *CONTRASTS, *map(both_stopped, WINDOWS)]
    parts = [_of_host(table, labels, arms).assign(mlps=HOSTS[host][0]) for host, table in tables.items()]
    table = pd.concat(parts, ignore_index=True)
    places = {family: place for place, family in enumerate(dict.fromkeys(table["family"]))}
    return table.sort_values("family", key=lambda own: own.map(places), kind="stable", ignore_index=True)


def _of_host(estimates: pd.DataFrame, labels: Labels, arms: list[str]) -> pd.DataFrame:
    rows = select_arms(estimates, "table free_running", labels, effect=list(EFFECTS), arm=arms)
    # The count of a row is that of its first effect, which all of its prompts have.
    rows = rows.sort_values("effect", key=lambda own: own.map([*EFFECTS].index), kind="stable", ignore_index=True)
    return of_scopes(rows, labels, "arm", arms, list(EFFECTS))
