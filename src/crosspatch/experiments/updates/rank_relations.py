"""How the interaction of many pairs goes with what was learned and with the size of the update, by ranks."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.stats import rankdata

from crosspatch.experiments.updates.quantities import TOTAL, by_pair
from crosspatch.records.estimates import COLUMNS
from crosspatch.statistics.intervals import percentiles
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.seeds import seed_of

CONTROL: Final = "update_size"
METHOD: Final = "pair"
FEWEST: Final = 5
"""Pairs from which on ranks say anything."""
OUTCOMES: Final = {
    "interaction": "interaction_correlation",
    "interaction_share": "interaction_share_correlation",
}
"""Quantity that is related, and the effect that the correlation is called."""
PAIRED: Final = {"exam": TOTAL, TOTAL: "exam"}
"""What the interaction is related to, and what is held equal in the second arm of each."""
WORDS: Final = {"exam": "exam", TOTAL: "weight change"}
Columns = Float[np.ndarray, "draw pair"]


def rank_relations(
    updates: pd.DataFrame, prompts: Mapping[str, Collection[str]], *, draws: int, level: float, seed: int
) -> pd.DataFrame:
    """Return `estimates` rows of Spearman's correlations over pairs, without and with the other cause held equal.

    updates: the `updates` rows of all pairs; null pairs and pairs without an event or an exam are left out;
    prompts: of each pair, those with an event. Partial
    correlations are those of ranks. Intervals are percentiles over resampled pairs (method `pair`); draws in which a
    column has one value only are not counted. Without FEWEST pairs there is no row.
    """
    events = updates.drop_duplicates("pair").set_index("pair")["n_events"]
    wide = by_pair(updates[~updates["is_null"]]).join(events)
    rng_seed = seed_of(CONTROL, seed)
    rows = [row for outcome in OUTCOMES for row in _of_outcome(wide, outcome, prompts, draws, level, rng_seed)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def partial_correlation(first: Columns, second: Columns, given: Columns) -> Float[np.ndarray, " draw"]:
    """Return the correlation of two columns of each draw with what `given` explains linearly taken from both."""
    both, left, right = correlation(first, second), correlation(first, given), correlation(second, given)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (both - left * right) / np.sqrt((1 - left**2) * (1 - right**2))


def correlation(first: Columns, second: Columns) -> Float[np.ndarray, " draw"]:
    """Return Pearson's correlation of two columns of each draw; NaN where one of them has one value only."""
    one, other = (values - values.mean(axis=-1, keepdims=True) for values in (first, second))
    with np.errstate(divide="ignore", invalid="ignore"):
        return (one * other).sum(-1) / np.sqrt((one**2).sum(-1) * (other**2).sum(-1))


def _of_outcome(
    wide: pd.DataFrame, outcome: str, prompts: Mapping[str, Collection[str]], draws: int, level: float, seed: int
) -> Iterator[dict[str, object]]:
    known = wide.reindex(columns=[outcome, *PAIRED, "n_events"]).dropna()
    if len(known) < FEWEST:
        return
    picks = np.random.default_rng(seed).integers(len(known), size=(draws, len(known)))
    picks = np.vstack([np.arange(len(known)), picks])
    n_prompts = len(set().union(*(prompts[pair] for pair in known.index)))
    ranks = {name: rankdata(known[name].to_numpy()[picks], axis=-1) for name in (outcome, *PAIRED)}
    for cause, other in PAIRED.items():
        arms: Mapping[str, Float[np.ndarray, " draw"]] = {
            WORDS[cause]: correlation(ranks[outcome], ranks[cause]),
            f"{WORDS[cause]} at equal {WORDS[other]}": partial_correlation(ranks[outcome], ranks[cause], ranks[other]),
        }
        for arm, found in arms.items():
            drawn = np.where(np.isfinite(found[1:]), found[1:], np.nan)
            low, high = percentiles(drawn, level)
            yield {
                "control": CONTROL, "arm": arm, "effect": OUTCOMES[outcome], "scope": BALANCED,
                "readout": "common_tuned", "precision": "float32", "method": METHOD, "value": found[0], "low": low,
                "high": high, "level": level, "n_prompts": n_prompts, "n_pairs": len(known),
                "n_events": int(known["n_events"].sum()),
                "draws": int(np.isfinite(drawn).sum()), "seed": seed,
            }  # fmt: skip
