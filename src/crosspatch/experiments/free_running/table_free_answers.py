"""Expected answers by kind of prompt, of hosts with a window of MLPs exchanged: facts, sums, forms, refusals of what is
to be refused and answers to what is not, as far as the study's prompts have them.
"""

import pandas as pd

from crosspatch.experiments.free_running.hosts import HOSTS, grafted_arms, level_arms
from crosspatch.experiments.free_running.names import passed_in
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels

SPEC = TableSpec(
    label="free_answers",
    title="Expected answers of hosts with a window of MLPs exchanged, by kind of prompt, less the host as it is",
    note=(
        "Shares of the texts that pass the check of their prompt, with {level} intervals (the widest over prompts, "
        "templates and token pairs). The first two rows of a kind are levels: of the host as it is, and of the other "
        "checkpoint in its own mode. A text that was cut counts as what it is so far."
    ),
    columns=(
        FAMILY,
        Column("mlps", "MLPs"),
        Column("category", "Prompts of"),
        Column("arm", "Window"),
        Column("passed", "Expected", estimate),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family", "mlps", "category"),
)


def table_free_answers(
    free_grafts: pd.DataFrame, free_swaps: pd.DataFrame, free_raw_swaps: pd.DataFrame, labels: Labels
) -> pd.DataFrame:
    """Return a row for each kind of prompt and window in every host, in every family and in their mean."""
    tables = dict(zip(HOSTS, (free_grafts, free_swaps, free_raw_swaps), strict=True))
    arms = [*level_arms(), *grafted_arms(tables)]
    parts = [_of_host(table, labels, arms).assign(mlps=HOSTS[host][0]) for host, table in tables.items()]
    table = pd.concat(parts, ignore_index=True)
    places = {family: place for place, family in enumerate(dict.fromkeys(table["family"]))}
    return table.sort_values("family", key=lambda own: own.map(places), kind="stable", ignore_index=True)


def _of_host(estimates: pd.DataFrame, labels: Labels, arms: list[str]) -> pd.DataFrame:
    pattern = f"^{passed_in('(?P<category>.+)')}$"
    named = estimates["effect"].drop_duplicates().str.extract(pattern)["category"].dropna()
    parts = []
    for category in sorted(named):
        rows = select_arms(estimates, "table free_answers", labels, effect=passed_in(category), arm=arms)
        table = of_scopes(rows.assign(effect="passed"), labels, "arm", arms, ["passed"])
        parts.append(table.assign(category=category))
    return pd.concat(parts, ignore_index=True)
