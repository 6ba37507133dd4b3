"""The effects at equal margins of the boundary states: is the interaction only a commitment that was there before?

Both regressions are of arXiv 2605.07284, appendix C.3, which prints none of their numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from crosspatch.errors import MeasurementError
from crosspatch.experiments.commitment.regression import Gram, gram_of, intercept, slopes
from crosspatch.measures.effects import contrast_of_cells
from crosspatch.records.arms import REFERENCE
from crosspatch.records.estimates import COLUMNS, PROMPT, SCHEMES
from crosspatch.records.sides import SIDES
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.intervals import percentiles
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.plan import Plan, scopes_of_one_resampling
from crosspatch.statistics.resampling import joint_means
from crosspatch.statistics.samples import by_scheme, clusters_of
from crosspatch.statistics.units import Units, cell_means, prompt_units

UPSTREAM: Final = "upstream_coefficient"
"""State level: late effect ~ family + boundary margin + [tuned upstream]; the coefficient of the last, in logits."""
OVERLAP: Final = "upstream_coefficient_overlap"
"""The same over states whose boundary margin lies in the range that both sides' states of the family have."""
AT_EQUAL: Final = "interaction_at_equal_margins"
"""Pair level: interaction ~ family + (tuned - base boundary margin); the mean intercept, at difference 0, in logits."""
IS_TUNED: Final = 1
"""Place of [tuned upstream] among the regressors of the state level."""

Tables = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class _Sample:
    """One pair's prompts with the Gram matrices of their rows (flat, on the cell axis of units) at either level.

    state and pair are by scheme of resampling. state has two arms, all rows and those that overlap; used says which
    prompts have rows, by effect.
    """

    views: tuple[tuple[str, str], ...]
    state: Mapping[str, Units]
    pair: Mapping[str, Units]
    used: Mapping[str, Bool[np.ndarray, "prompt view"]]


@dataclass(frozen=True)
class _Scope:
    """The samples of a scope, and of each pair the mean Gram matrices, observed or drawn, at either level."""

    samples: Sequence[_Sample]
    state: Sequence[Float[np.ndarray, "*draw 2 view 16"]]
    pair: Sequence[Float[np.ndarray, "*draw 1 view 9"]]

    def part(self, kept: Sequence[int]) -> "_Scope":
        """Return the scope with some of its pairs."""
        return _Scope(
            [self.samples[place] for place in kept],
            [self.state[place] for place in kept],
            [self.pair[place] for place in kept],
        )

    def counted(self, effect: str) -> list[Bool[np.ndarray, " view"]]:
        """Return which pairs count in an effect: those with rows."""
        return [np.asarray(sample.used[effect].any(axis=0)) for sample in self.samples]


def regress_on_commitment(tables: Mapping[str, Tables], balanced: Sequence[str], plan: Plan) -> pd.DataFrame:
    """Return the `estimates` rows of several pairs' `cells` and boundary margins (`control_values`), by pair.

    One resampling of prompts, or of clusters, serves the pairs of a scope; the draws of `balanced` over prompts serve
    the scopes without one of its pairs as well. The range of overlap is that of the data, not of a draw. An
    estimate has no row in a scope without an event of it. Raises MeasurementError, naming pair and prompt, if an event
    has no boundary margin, and as `pair_cells` does.
    """
    samples = {pair: _sample(pair, *both) for pair, both in tables.items()}
    scopes = {pair: [pair] for pair in samples} | {BALANCED: list(balanced)}
    rows = [row for scope, pairs in scopes.items() for row in _joint_rows(scope, pairs, samples, plan)]
    return pd.DataFrame(row for row in rows if row["n_events"]).astype({"draws": "Int64", "n_clusters": "Int64"})[
        list(COLUMNS)
    ]


def _sample(pair: str, cells: pd.DataFrame, margins: pd.DataFrame) -> _Sample:
    own = pair_cells(cells)
    prompts = prompt_units(own, [np.ones(len(own.events), dtype=bool)])
    portable, matched, interaction = (
        contrast_of_cells(prompts.totals[:, 0], name) for name in ("portable", "matched", "interaction")
    )
    base, tuned = _boundary_margins(pair, margins, prompts.labels, own.views)
    zero, one = np.zeros_like(base), np.ones_like(base)
    rows = np.stack([np.stack([base, zero, portable], -1), np.stack([tuned, one, matched], -1)], axis=1)
    both = np.ones(rows.shape[:-1], dtype=bool)
    shared = _in_overlap(rows[..., 0])
    state = [gram_of(rows, both), gram_of(rows, shared)]
    difference = np.stack([tuned - base, interaction], -1)[:, np.newaxis]
    used = {UPSTREAM: both[:, 0], OVERLAP: np.asarray(shared.any(axis=1)), AT_EQUAL: both[:, 0]}
    level = gram_of(difference, both[:, :1])
    clusters = clusters_of(own.events)
    units = (by_scheme(_units(prompts.labels, grams), clusters) for grams in (state, [level]))
    return _Sample(own.views, *units, used)


def _boundary_margins(
    pair: str, margins: pd.DataFrame, prompts: pd.Index, views: Sequence[tuple[str, str]]
) -> tuple[Float[np.ndarray, "prompt view"], ...]:
    """Return the boundary margins of base and tuned states, averaged over the events of a prompt."""
    wide = margins.pivot_table(index="prompt_id", columns=["arm", "readout", "precision"], values="value")
    sides = {side: wide.reindex(index=prompts, columns=[(side, *view) for view in views]) for side in SIDES}
    for side, found in sides.items():
        missing = found.isna().any(axis=1)
        if missing.any():
            raise MeasurementError(
                f"pair {pair!r}, prompt {prompts[int(np.argmax(missing))]!r}: no boundary margin of the {side} state; "
                "read the boundary states again (snakemake --forcerun read_boundary)"
            )
    return tuple(found.to_numpy() for found in sides.values())


def _in_overlap(margins: Float[np.ndarray, "prompt state view"]) -> Bool[np.ndarray, "prompt state view"]:
    """Return which margins lie between the larger of the two states' minima and the smaller of their maxima."""
    low, high = margins.min(axis=0).max(axis=0), margins.max(axis=0).min(axis=0)
    return np.asarray((margins >= low) & (margins <= high))


def _units(labels: pd.Index, arms: Sequence[Float[np.ndarray, "prompt view column column"]]) -> Units:
    flat = [gram.reshape(*gram.shape[:2], -1) for gram in arms]
    return Units(labels, np.stack(flat, axis=1), np.ones((len(labels), len(arms))))


def _joint_rows(
    scope: str, pairs: Sequence[str], samples: Mapping[str, _Sample], plan: Plan
) -> Iterator[dict[str, object]]:
    """Yield the rows of a scope and of those that leave one of its pairs out, all from one resampling."""
    some = [samples[pair] for pair in pairs]
    for scheme in SCHEMES:
        seed = plan.seed_of(scope, scheme)
        levels = [[sample.state[scheme] for sample in some], [sample.pair[scheme] for sample in some]]
        observed = _Scope(some, *([cell_means(units) for units in level] for level in levels))
        drawn = _Scope(some, *(joint_means(level, np.random.default_rng(seed), plan.draws) for level in levels))
        clusters = pd.NA if scheme == PROMPT else len(set().union(*(units.labels for units in levels[0])))
        about = {"control": plan.control, "arm": REFERENCE, "method": scheme, "seed": seed, "n_clusters": clusters}
        for name, kept in scopes_of_one_resampling(scope, pairs, scheme).items():
            places = [pairs.index(pair) for pair in kept]
            for row in _scope_rows(observed.part(places), drawn.part(places), scheme, plan.level):
                yield {**about, "scope": name, **row}


def _scope_rows(observed: _Scope, drawn: _Scope, scheme: str, level: float) -> Iterator[dict[str, object]]:
    values, draws = _estimates(observed), _estimates(drawn)
    single = any(len(sample.state[scheme].labels) == 1 for sample in observed.samples)
    for effect, value in values.items():
        used = [sample.used[effect] for sample in observed.samples]
        ends = percentiles(draws[effect], level)
        for place, (readout, precision) in enumerate(observed.samples[0].views):
            count = [int(one[:, place].sum()) for one in used]
            known = not single and 1 not in count and np.isfinite(ends[:, place]).all()
            low, high = ends[:, place] if known else (np.nan, np.nan)
            yield {
                "effect": effect, "readout": readout, "precision": precision, "value": value[place],
                "low": low, "high": high, "level": level if known else np.nan, "n_events": sum(count),
                "n_prompts": _different(observed.samples, effect, place), "n_pairs": sum(one > 0 for one in count),
                "draws": int(np.isfinite(draws[effect][:, place]).sum()) if known else pd.NA,
            }  # fmt: skip


def _estimates(scope: _Scope) -> dict[str, Float[np.ndarray, "*draw view"]]:
    state, pair = ([_square(gram) for gram in level] for level in (scope.state, scope.pair))
    whole, overlap = ([gram[..., arm, :, :, :] for gram in state] for arm in (0, 1))
    return {
        UPSTREAM: slopes(whole, scope.counted(UPSTREAM))[..., IS_TUNED],
        OVERLAP: slopes(overlap, scope.counted(OVERLAP))[..., IS_TUNED],
        AT_EQUAL: intercept([gram[..., 0, :, :, :] for gram in pair], scope.counted(AT_EQUAL)),
    }


def _square(flat: Float[np.ndarray, "*batch cell"]) -> Gram:
    size = round(flat.shape[-1] ** 0.5)
    return flat.reshape(*flat.shape[:-1], size, size)


def _different(samples: Sequence[_Sample], effect: str, view: int) -> int:
    return len(set().union(*(sample.state[PROMPT].labels[sample.used[effect][:, view]] for sample in samples)))
