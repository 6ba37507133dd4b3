"""The label-swap null: the mean interaction if, at every prompt, either token might as well be called the tuned one.

Exchanging the two tokens of an event flips the sign of its interaction, so the null flips signs by fair coins. It tests
that the interactions of prompts are symmetric about zero, so that their mean is zero; it is no permutation of tokens,
and says nothing of which tokens carry the interaction. Source: arXiv 2605.07284, label-swap null. Theirs is the arm
`independent`; one coin per prompt for all families, per template, or per pair of tokens, respects that their
interactions are not independent, and widens the null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.measures.effects import contrast_of_cells
from crosspatch.records.estimates import SIGN_FLIP
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.nulls import Null, null_rows
from crosspatch.statistics.plan import Plan, without_each
from crosspatch.statistics.samples import clusters_of
from crosspatch.statistics.units import GRID, prompt_units

CONTROL: Final = "label_swap"
ARMS: Final = ("independent", "shared prompts", "templates", "token pairs")
"""What has one coin: a prompt of a family; a prompt in all families; all prompts of a template in all families; all
prompts of a category with the same two tokens.
"""
BINS: Final = 60
COUNT_COLUMNS: Final = ("control", "arm", "scope", "readout", "precision", "bin_low", "bin_high", "count")
_CHUNK: Final = 500  # coins tossed at a time; changes no draw


@dataclass(frozen=True)
class _Prompts:
    """Interaction of each prompt of a pair, in logits (events of a prompt averaged), and its coin in every arm."""

    views: tuple[tuple[str, str], ...]
    n_events: int
    coins: pd.DataFrame
    values: Float[np.ndarray, "prompt view"]


def swap_labels(frames: Mapping[str, pd.DataFrame], balanced: Sequence[str], plan: Plan) -> list[Null]:
    """Return the null of every arm in every scope from the `cells` tables of several pairs, by pair name.

    `plan.draws` are the flips. Scopes are the pairs, the mean over those in `balanced` (none: no mean), and that mean
    without each of them, from the same coins. Raises MeasurementError, naming pair and prompt, as `pair_cells` does.
    """
    prompts = {pair: _prompts(frame) for pair, frame in frames.items()}
    scopes = {pair: [pair] for pair in prompts} | ({BALANCED: list(balanced)} if balanced else {})
    return [
        null
        for scope, pairs in scopes.items()
        for arm in ARMS
        if scope == BALANCED or arm != "shared prompts"
        for null in _joint_nulls(scope, {pair: prompts[pair] for pair in pairs}, arm, plan)
    ]


def estimate_label_swap(nulls: Sequence[Null], level: float) -> pd.DataFrame:
    """Return the `estimates` rows of all nulls."""
    return pd.concat([null_rows(null, level) for null in nulls], ignore_index=True)


def count_nulls(nulls: Sequence[Null]) -> pd.DataFrame:
    """Return histograms of all nulls (a `null_counts` table): how many draws lie in each of equal bins."""
    tables = []
    for null in nulls:
        known = {column: null.about[column] for column in ("control", "arm", "scope")}
        for view, (readout, precision) in enumerate(null.views):
            counts, edges = np.histogram(null.values[:, view], BINS)
            bins = pd.DataFrame({"bin_low": edges[:-1], "bin_high": edges[1:], "count": counts})
            tables.append(bins.assign(**known, readout=readout, precision=precision))
    return pd.concat(tables, ignore_index=True)[list(COUNT_COLUMNS)]


def _prompts(frame: pd.DataFrame) -> _Prompts:
    cells = pair_cells(frame)
    units = prompt_units(cells, [np.ones(len(cells.events), dtype=bool)])
    clusters = clusters_of(cells.events).loc[units.labels]
    names = {
        "independent": cells.pair + " " + units.labels,
        "shared prompts": units.labels,
        "templates": clusters["cluster_template"],
        "token pairs": clusters["cluster_tokens"],
    }
    coins = pd.DataFrame({arm: np.asarray(own, dtype=object) for arm, own in names.items()})
    values = (
        np.round(contrast_of_cells(units.totals[:, 0], "interaction") / GRID) * GRID
    )  # so that sums over prompts are exact
    return _Prompts(cells.views, len(cells.events), coins, values)


def _joint_nulls(scope: str, prompts: Mapping[str, _Prompts], arm: str, plan: Plan) -> list[Null]:
    """Return the null of a scope and of those that leave one of its pairs out, all from the same coins."""
    seed = plan.seed_of(scope, arm)
    flipped = dict(zip(prompts, _flipped_means(list(prompts.values()), arm, seed, plan.draws), strict=True))
    nulls = []
    for name, pairs in without_each(scope, list(prompts)).items():
        some = [prompts[pair] for pair in pairs]
        observed = np.mean([one.values.sum(axis=0) / len(one.values) for one in some], axis=0)
        about = {"control": plan.control, **_about(name, arm, some, seed)}
        nulls.append(
            Null(np.mean([flipped[pair] for pair in pairs], axis=0), observed[np.newaxis], some[0].views, about)
        )
    return nulls


def _flipped_means(
    prompts: Sequence[_Prompts], arm: str, seed: int, flips: int
) -> list[Float[np.ndarray, "draw view"]]:
    """Return each pair's mean interaction under `flips` tosses of the coins."""
    coins = pd.Index(sorted(set().union(*(one.coins[arm] for one in prompts))))
    sums = [np.zeros((len(coins), one.values.shape[1])) for one in prompts]
    for total, one in zip(sums, prompts, strict=True):
        np.add.at(total, coins.get_indexer(one.coins[arm]), one.values)
    rng = np.random.default_rng(seed)
    means = [np.empty((flips, total.shape[1])) for total in sums]
    for start in range(0, flips, _CHUNK):
        signs = 2.0 * rng.integers(0, 2, (min(_CHUNK, flips - start), len(coins)), dtype=np.int8) - 1.0
        for mean, total, one in zip(means, sums, prompts, strict=True):
            mean[start : start + len(signs)] = signs @ total / len(one.values)
    return means


def _about(scope: str, arm: str, prompts: Sequence[_Prompts], seed: int) -> dict[str, object]:
    different = set().union(*(one.coins["shared prompts"] for one in prompts))
    counts = {"n_events": sum(one.n_events for one in prompts), "n_prompts": len(different), "n_pairs": len(prompts)}
    return {"arm": arm, "scope": scope, "method": SIGN_FLIP, "seed": seed} | counts
