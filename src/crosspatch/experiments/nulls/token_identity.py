"""The token-identity null: the interaction at every prompt's own states, but of another event's two tokens.

If the interaction were a property of which tokens are compared (a push towards openings of answers, say, wherever they
are read), a random permutation of the token pairs over the prompts would leave it. What is left is its generic part.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from crosspatch.errors import MeasurementError
from crosspatch.measures.effects import CELLS, contrast_of_cells, quotient
from crosspatch.records.estimates import PERMUTATION
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.nulls import Null, null_rows
from crosspatch.statistics.plan import Plan, without_each
from crosspatch.statistics.units import GRID

CONTROL: Final = "token_identity"
VIEWS: Final = (("common_tuned", "float32"),)
"""Readout and precision of a token pool."""
OTHER: Final = ", other tokens"
"""Ending of the arms in which prompts that drew their own pair of tokens do not count."""
ARMS: Final = {"over all prompts": "all", "within category": "category"}
"""Column of the events within whose values pairs are permuted."""


@dataclass(frozen=True)
class Pool:
    """Interactions of every token at every event of a pair, in logits, and the events' own tokens as places in it.

    The interaction of a pair of tokens is that of its tuned token minus that of its base token. groups: codes of the
    groups within which an arm permutes, by column.
    """

    prompts: pd.Index
    interactions: Float[np.ndarray, "event token"]
    base: Int[np.ndarray, " event"]
    tuned: Int[np.ndarray, " event"]
    groups: Mapping[str, Int[np.ndarray, " event"]]


@dataclass(frozen=True)
class _Draws:
    """Mean of the permuted and of the own interactions over the prompts that count, one per permutation."""

    seed: int
    permuted: Float[np.ndarray, " draw"]
    own: Float[np.ndarray, " draw"]


def pool_of(logits: pd.DataFrame, events: pd.DataFrame) -> Pool:
    """Return the pool of a pair from its `token_pool` table and its usable events, in the events' order.

    Raises MeasurementError, naming the prompt, if an event lacks a cell or a logit is not finite.
    """
    tokens = np.asarray(logits["tokens"].iloc[0])
    by_cell = {cell: rows.set_index("prompt_id")["logits"] for cell, rows in logits.groupby(["upstream", "late"])}
    cells = np.stack([_logits_of_cell(by_cell[cell], cell, events["prompt_id"]) for cell in CELLS], axis=-1)
    base, tuned = (np.searchsorted(tokens, events[name].to_numpy("int64")) for name in ("base_token", "tuned_token"))
    groups = {"all": np.zeros(len(events), dtype=np.int64), "category": pd.factorize(events["category"], sort=True)[0]}
    return Pool(
        pd.Index(events["prompt_id"]),
        np.round(contrast_of_cells(cells, "interaction") / GRID) * GRID,
        base,
        tuned,
        groups,
    )


def permute_tokens(pools: Mapping[str, Pool], balanced: Sequence[str], plan: Plan) -> pd.DataFrame:
    """Return the `estimates` rows of every arm in every scope from the pools of several pairs, by pair name.

    `plan.draws` are the permutations, drawn for each pair by itself. A scope over pairs averages their means, draw by
    draw. In the arms with other tokens, `observed` is over the same prompts as the null.
    """
    scopes = {pair: [pair] for pair in pools} | without_each(BALANCED, balanced)
    draws = {pair: dict(_arms(pool, pair, plan)) for pair, pool in pools.items()}
    tables = [
        null_rows(_null(scope, arm, {pair: pools[pair] for pair in pairs}, draws), plan.level)
        for scope, pairs in scopes.items()
        for arm in draws[pairs[0]]
    ]
    return pd.concat(tables, ignore_index=True)


def permuted_interactions(pool: Pool, drawn: Int[np.ndarray, "draw event"]) -> Float[np.ndarray, "draw event"]:
    """Return the interaction at each event of the token pair of the event that `drawn` names."""
    here = np.arange(len(pool.base))
    permuted: Float[np.ndarray, "draw event"] = (
        pool.interactions[here, pool.tuned[drawn]] - pool.interactions[here, pool.base[drawn]]
    )
    return permuted


def permutations_within(
    groups: Int[np.ndarray, " event"], rng: np.random.Generator, draws: int
) -> Int[np.ndarray, "draw event"]:
    """Return random permutations of the events that leave every event in its group, each equally likely."""
    drawn = np.empty((draws, len(groups)), dtype=np.int64)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        drawn[:, members] = rng.permuted(np.tile(members, (draws, 1)), axis=1)
    return drawn


def _logits_of_cell(known: pd.Series, cell: tuple[str, str], prompts: pd.Series) -> Float[np.ndarray, "event token"]:
    lacking = prompts[~prompts.isin(known.index)]
    if len(lacking):
        raise MeasurementError(f"prompt {lacking.iloc[0]!r}: the token pool lacks cell {cell}; read it again")
    logits = np.stack(known.loc[prompts].tolist())
    strange = ~np.isfinite(logits).all(axis=1)
    if strange.any():
        raise MeasurementError(
            f"prompt {prompts[strange].iloc[0]!r}: a logit in cell {cell} is not finite; check the weights"
        )
    return logits


def _arms(pool: Pool, pair: str, plan: Plan) -> Iterator[tuple[str, _Draws]]:
    own = permuted_interactions(pool, np.arange(len(pool.base))[np.newaxis])
    for arm, column in ARMS.items():
        seed = plan.seed_of(pair, arm)
        drawn = permutations_within(pool.groups[column], np.random.default_rng(seed), plan.draws)
        permuted = permuted_interactions(pool, drawn)
        other = (pool.base[drawn] != pool.base) | (pool.tuned[drawn] != pool.tuned)
        for name, counted in ((arm, np.ones_like(other)), (arm + OTHER, other)):
            yield name, _Draws(seed, _means(permuted, counted), _means(np.broadcast_to(own, permuted.shape), counted))


def _means(
    values: Float[np.ndarray, "draw event"], counted: Bool[np.ndarray, "draw event"]
) -> Float[np.ndarray, " draw"]:
    return quotient(np.where(counted, values, 0.0).sum(axis=1), counted.sum(axis=1).astype(np.float64))


def _null(scope: str, arm: str, pools: Mapping[str, Pool], draws: Mapping[str, Mapping[str, _Draws]]) -> Null:
    permuted, own = (
        np.mean([getattr(draws[pair][arm], name) for pair in pools], axis=0)[:, np.newaxis]
        for name in ("permuted", "own")
    )
    counts = {
        "n_events": sum(len(pool.prompts) for pool in pools.values()),
        "n_prompts": len(set().union(*(pool.prompts for pool in pools.values()))),
        "n_pairs": len(pools),
    }
    seed = draws[scope][arm].seed if scope in draws else pd.NA  # a mean over pairs has theirs
    about = {"control": CONTROL, "arm": arm, "scope": scope, "method": PERMUTATION, "seed": seed}
    return Null(permuted, own, VIEWS, about | counts)
