"""Draws of any function of sums over prompts, of several pairs under one resampling of their units.

`estimate_values` serves means over prompts and ratios of two; medians over steps and correlations are neither.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.records.estimates import PROMPT, SCHEMES
from crosspatch.statistics.intervals import percentiles
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.plan import Plan, scopes_of_one_resampling
from crosspatch.statistics.resampling import drawn_counts

NO_INTERVAL: Final[dict[str, Any]] = {"low": np.nan, "high": np.nan, "level": np.nan, "draws": None}
"""Of a single unit, and of a number that is missing."""


@dataclass(frozen=True)
class Resampling:
    """One scheme of resampling over the prompts of all pairs.

    counts: how often each draw has each unit, the first row each once, which is no draw but the sample itself; units:
    of each pair's prompts, by prompt.
    """

    scheme: str
    seed: int
    level: float
    counts: Float[np.ndarray, "draw unit"]
    labels: pd.Index
    units: Mapping[str, pd.Series]

    def sums(self, pair: str, values: Float[np.ndarray, "prompt ..."]) -> Float[np.ndarray, "draw ..."]:
        """Return the sums over a pair's prompts in every draw."""
        totals = np.zeros((len(self.labels), *values.shape[1:]))
        np.add.at(totals, self.labels.get_indexer(pd.Index(self.units[pair])), values)
        found: Float[np.ndarray, "draw ..."] = np.tensordot(self.counts, totals, axes=1)
        return found

    def rows(
        self, drawn: Mapping[str, Float[np.ndarray, " draw"]], balanced: Sequence[str]
    ) -> Iterator[dict[str, Any]]:
        """Yield what rows of estimates say of one number of each pair, of every pair and of the mean over `balanced`.

        drawn: by pair, as functions of `sums`; a pair for which it is missing in the sample itself has a row without a
        number and does not count in the mean, which is missing if it is missing for all. A single unit has no interval.
        """
        known = [pair for pair, values in drawn.items() if np.isfinite(values[0])] or list(drawn)
        means = scopes_of_one_resampling(BALANCED, [pair for pair in balanced if pair in known], self.scheme)
        for scope, pairs in ({pair: [pair] for pair in drawn} | means).items():
            if pairs:
                value, *draws = np.mean([drawn[pair] for pair in pairs], axis=0)
                interval = self._interval(pairs, np.array(draws)) if np.isfinite(value) else NO_INTERVAL
                yield {"scope": scope, "value": value} | self._about(pairs) | interval

    def _about(self, pairs: Sequence[str]) -> dict[str, Any]:
        units = [self.units[pair] for pair in pairs]
        return {
            "method": self.scheme,
            "seed": self.seed,
            "n_pairs": len(pairs),
            "n_events": sum(map(len, units)),
            "n_prompts": len(set().union(*(own.index for own in units))),
            "n_clusters": None if self.scheme == PROMPT else len(set().union(*units)),
        }

    def _interval(self, pairs: Sequence[str], draws: Float[np.ndarray, " draw"]) -> dict[str, Any]:
        if min(self.units[pair].nunique() for pair in pairs) < 2:
            return NO_INTERVAL
        low, high = percentiles(draws[:, np.newaxis], self.level)
        return {"low": low[0], "high": high[0], "level": self.level, "draws": int(np.isfinite(draws).sum())}


def resamplings(
    prompts: Mapping[str, pd.Index], clusters: Mapping[str, pd.DataFrame], plan: Plan, what: str
) -> list[Resampling]:
    """Return a resampling of each scheme over some prompts of each pair.

    clusters: of each pair's prompts, as `clusters_of` names them; what: whose sums are drawn, for the seed.
    """
    found = []
    for scheme in SCHEMES:
        units = {pair: pd.Series(own, index=own) for pair, own in prompts.items()}
        if scheme != PROMPT:
            units = {pair: own.map(clusters[pair][scheme]) for pair, own in units.items()}
        labels = pd.Index(sorted(set().union(*units.values())), dtype=object)
        seed = plan.seed_of(what, scheme)
        drawn = drawn_counts(np.random.default_rng(seed), plan.draws, len(labels))
        counts = np.concatenate([np.ones((1, len(labels))), *drawn])
        found.append(Resampling(scheme, seed, plan.level, counts, labels, units))
    return found
