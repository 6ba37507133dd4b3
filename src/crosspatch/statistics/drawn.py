"""The bootstrap draws of a scope, by every scheme of resampling, and the estimates that they give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.measures.effects import effects_of_cell_means
from crosspatch.records.estimates import PROMPT, SCHEMES
from crosspatch.statistics.intervals import Interval, percentile_interval
from crosspatch.statistics.plan import Plan, scopes_of_one_resampling
from crosspatch.statistics.resampling import joint_means
from crosspatch.statistics.rows import effect_rows, support_of
from crosspatch.statistics.samples import (
    PairSample,
    different,
    mean_over_pairs,
    pair_means,
    present,
    resamplable,
)

CellDraws = Float[np.ndarray, "draw arm view cell"]


@dataclass(frozen=True)
class Drawn:
    """The samples of a scope, and of each the draws of its cell means by one scheme of resampling."""

    scope: str
    scheme: str
    seed: int
    samples: Sequence[PairSample]
    draws: Sequence[CellDraws]

    def interval(self, level: float) -> Interval:
        """Return the percentile interval of the mean over the pairs that have an arm."""
        mean = mean_over_pairs(self.draws, present(self.samples))
        return percentile_interval(mean, level).where(resamplable(self.samples, self.scheme))

    def rows(self, plan: Plan) -> pd.DataFrame:
        """Return the `estimates` rows of every arm, view and effect."""
        clusters = None if self.scheme == PROMPT else different(self.samples, self.scheme)
        return effect_rows(
            *(plan.control, support_of(self.scope, self.samples), self.scheme),
            *(mean_effects(self.samples), self.interval(plan.level)),
            level=plan.level,
            seed=self.seed,
            n_clusters=clusters,
        )


def draw_scope(scope: str, samples: Sequence[PairSample], plan: Plan) -> Iterator[Drawn]:
    """Yield the draws of a scope by every scheme; one resampling of units serves all its pairs and arms.

    Those over prompts also serve the scopes `SCOPE without PAIR`, if it has several pairs.
    """
    for scheme in SCHEMES:
        seed = plan.seed_of(scope, scheme)
        rng = np.random.default_rng(seed)
        draws = joint_means([sample.units[scheme] for sample in samples], rng, plan.draws)
        places = {sample.pair: place for place, sample in enumerate(samples)}
        for name, pairs in scopes_of_one_resampling(scope, list(places), scheme).items():
            kept = [places[pair] for pair in pairs]
            yield Drawn(name, scheme, seed, [samples[place] for place in kept], [draws[place] for place in kept])


def mean_effects(samples: Sequence[PairSample]) -> Float[np.ndarray, "arm view effect"]:
    """Return every effect of the mean over the pairs that have an arm."""
    return effects_of_cell_means(mean_over_pairs(pair_means(samples), present(samples)))
