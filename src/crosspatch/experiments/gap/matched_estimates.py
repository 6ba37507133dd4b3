"""Estimates at equal endpoints, of pairs whose match is good enough and of their mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from crosspatch.experiments.gap.comparisons import arm_of
from crosspatch.experiments.gap.endpoints import COVARIATES, OUTCOMES
from crosspatch.experiments.gap.matching import WEIGHTS, Pooled, match_quality, matched_effects
from crosspatch.records.estimates import COLUMNS, PROMPT, SCHEMES
from crosspatch.statistics.intervals import percentiles
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.plan import Plan, scopes_of_one_resampling
from crosspatch.statistics.resampling import drawn_counts

MATCHED: Final = ("own histories", "tuned history", "base history", "own histories, both raw")
"""Comparisons that are made at equal endpoints."""
NAMES: Final = tuple(f"{lens} {name}" for lens, names in OUTCOMES.items() for name in names)
"""Columns of outcomes, in the order of `Pooled.outcomes`."""
Passed = Mapping[tuple[str, str, str], bool]
"""Whether a match is good enough, by pair, comparison and weighing."""
Draws = Mapping[str, Float[np.ndarray, "draw outcome"]]


@dataclass(frozen=True)
class _Scheme:
    """Pairs of one comparison under one scheme of resampling: which unit each row is of, among all units."""

    rows: Mapping[str, Pooled]
    labels: Mapping[str, pd.Series]

    @cached_property
    def all_labels(self) -> pd.Index:
        """Labels of all pairs, sorted; a unit that pairs share is one."""
        return pd.Index(sorted(set().union(*(labels.unique() for labels in self.labels.values()))), dtype=object)

    @cached_property
    def units(self) -> dict[str, Int[np.ndarray, " row"]]:
        """Place of each row's unit among all labels, by pair."""
        return {pair: self.all_labels.get_indexer(labels) for pair, labels in self.labels.items()}

    def effects(self, counts: Float[np.ndarray, "draw unit"]) -> dict[str, Draws]:
        """Return the effects of every pair by weighing, its units drawn as often as `counts` says."""
        return {pair: matched_effects(rows, self.units[pair], counts) for pair, rows in self.rows.items()}


def quality_rows(pair: str, compared: str, rows: Pooled, bars: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    """Yield the `match_quality` rows of one comparison of a pair, and whether its match passes the bars.

    bars: least `retention`, and largest `imbalance`, the size of a standardised difference after matching.
    """
    for weighing in WEIGHTS:
        quality = match_quality(rows, weighing)
        worst = max(abs(one) for one in quality.matched)
        passed = quality.retention >= bars["retention"] and worst <= bars["imbalance"]
        before, after = (
            {f"{name}_{when}": value for name, value in zip(COVARIATES, values, strict=True)}
            for when, values in (("before", quality.unmatched), ("after", quality.matched))
        )
        yield {
            "pair": pair, "compared": compared, "weighing": weighing, "retention": quality.retention,
            "n_first": int((rows.second == 0).sum()), "n_second": int((rows.second == 1).sum()),
            "effective_first": quality.effective[0], "effective_second": quality.effective[1], **before, **after,
            "passed": passed,
        }  # fmt: skip


def estimate_matched(
    rows: Mapping[str, Mapping[str, Pooled]],
    clusters: Mapping[str, pd.DataFrame],
    passed: Passed,
    balanced: Sequence[str],
    plan: Plan,
) -> pd.DataFrame:
    """Return the `estimates` rows at equal endpoints: of pairs, of the mean over `balanced`, and of it without each.

    rows: by pair and comparison; clusters: of each pair's prompts, as `clusters_of` names them; passed: by pair,
    comparison and weighing. One resampling of units serves all pairs. A pair whose match did not pass has no number and
    does not count in the mean.
    """
    parts = []
    for compared in MATCHED:
        own = {pair: of_pair[compared] for pair, of_pair in rows.items()}
        for scheme in SCHEMES:
            labels = {
                pair: one.prompts if scheme == PROMPT else one.prompts.map(clusters[pair][scheme])
                for pair, one in own.items()
            }
            parts += _rows(compared, scheme, _Scheme(own, labels), passed, balanced, plan)
    return pd.DataFrame(parts)[list(COLUMNS)].astype({"n_clusters": "Int64", "draws": "Int64"})


def _rows(
    compared: str, scheme: str, data: _Scheme, passed: Passed, balanced: Sequence[str], plan: Plan
) -> Iterator[dict[str, Any]]:
    seed, units = plan.seed_of(f"{compared} at equal endpoints", scheme), len(data.all_labels)
    whole = data.effects(np.ones((1, units)))
    chunks = [data.effects(counts) for counts in drawn_counts(np.random.default_rng(seed), plan.draws, units)]
    for weighing in WEIGHTS:
        good = [pair for pair in data.rows if passed[pair, compared, weighing]]
        drawn = {pair: np.concatenate([chunk[pair][weighing] for chunk in chunks]) for pair in good}
        mean = scopes_of_one_resampling(BALANCED, [pair for pair in balanced if pair in good], scheme)
        for scope, pairs in ({pair: [pair] for pair in good} | mean).items():
            if pairs:
                value = np.mean([whole[pair][weighing][0] for pair in pairs], axis=0)
                draws = np.mean([drawn[pair] for pair in pairs], axis=0)
                about = {"control": plan.control, "scope": scope, "method": scheme, "level": plan.level, "seed": seed}
                yield from _described(compared, weighing, data, pairs, scheme, value, draws, about)


def _described(
    compared: str,
    weighing: str,
    data: _Scheme,
    pairs: Sequence[str],
    scheme: str,
    value: Float[np.ndarray, " outcome"],
    draws: Float[np.ndarray, "draw outcome"],
    about: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    prompts = [set(data.rows[pair].prompts) for pair in pairs]
    clustered = None if scheme == PROMPT else len(set().union(*(set(data.labels[pair]) for pair in pairs)))
    counts = {"n_events": sum(map(len, prompts)), "n_prompts": len(set().union(*prompts)), "n_pairs": len(pairs)}
    ends = percentiles(draws, about["level"])
    for place, name in enumerate(NAMES):
        lens, _, effect = name.partition(" ")
        yield {
            **about, **counts, "arm": f"{arm_of(compared, lens)}, {weighing}", "effect": effect, "readout": None,
            "precision": None, "value": value[place], "low": ends[0, place], "high": ends[1, place],
            "n_clusters": clustered, "draws": int(np.isfinite(draws[:, place]).sum()),
        }  # fmt: skip
