"""Estimates of what a control measures per prompt besides cells: shares, slopes, distances."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.errors import MeasurementError
from crosspatch.measures.effects import quotient
from crosspatch.records.estimates import COLUMNS, PROMPT, SCHEMES
from crosspatch.statistics.intervals import percentiles
from crosspatch.statistics.keys import BALANCED, POOLED
from crosspatch.statistics.plan import Plan, without_each
from crosspatch.statistics.resampling import joint_value_means
from crosspatch.statistics.samples import by_scheme, mean_over_pairs
from crosspatch.statistics.units import GRID, Units, filled

KEY: Final = ("arm", "quantity", "readout", "precision")
"""What tells one averaged quantity of a `control_values` table from another."""
RATIOS: Final[Mapping[str, tuple[str, str]]] = {
    # Of signed permutations: mean size of the displacement of the late effect / observed interaction.
    "displacement_ratio": ("absolute_displacement", "interaction"),
    # The same without absolute values, which chance alone does not make large, and with both of them absolute.
    "signed_displacement_ratio": ("signed_displacement", "interaction"),
    "absolute_displacement_ratio": ("absolute_displacement", "absolute_interaction"),
    # Of readings: the mean over all steps of all prompts, in which long continuations count most.
    "gap_final_half_by_step": ("gap_final_half_sum", "steps"),
    # Of moved base states: what they gain of the margin between the tuned upstream's and the base upstream's.
    "closure": ("gained_margin", "missing_margin"),
    # Of free running: how far a graft goes of the way from its host to the other checkpoint.
    "stopped_of_way": ("stopped", "way_stopped"),
    "length_of_way": ("length", "way_length"),
    "repetition_of_way": ("repetition", "way_repetition"),
    "passed_of_way": ("passed", "way_passed"),
}
"""Numerator and denominator, quantities of one arm, of each ratio of means; both are drawn with the same prompts."""


_Sample = Mapping[str, Units]
"""Units of one pair, or of a heap of pairs, by scheme of resampling."""


@dataclass(frozen=True)
class _Means:
    """Means of some quantities, described by the rows of `about`, and their draws (missing without an interval)."""

    about: pd.DataFrame
    value: Float[np.ndarray, " key"]
    draws: Float[np.ndarray, "draw key"]


def estimate_values(
    frames: Mapping[str, pd.DataFrame], clusters: Mapping[str, pd.DataFrame], balanced: Sequence[str], plan: Plan
) -> pd.DataFrame:
    """Return the `estimates` rows of several pairs' `control_values` tables, by pair name.

    clusters: of each pair's prompts, as `clusters_of` names them. Values of a prompt are averaged first, then prompts,
    then the pairs in `balanced` (none: no mean); scope `pooled` averages over all their prompts instead; both also
    without each of them. RATIOS are added where both of their quantities are. What a pair lacks does not count there,
    and has no row in a scope without a prompt of it. Raises MeasurementError, naming the pair and the prompt, if a
    value is not finite or the cluster of a prompt is not known.
    """
    keys = pd.concat(list(frames.values()))[list(KEY)].drop_duplicates().reset_index(drop=True)
    samples = {
        pair: by_scheme(_value_units(pair, frame, keys), _known(pair, frame, clusters[pair]))
        for pair, frame in frames.items()
    }
    scopes: dict[str, list[_Sample]] = {pair: [sample] for pair, sample in samples.items()}
    means, heaps = (without_each(scope, balanced) if balanced else {} for scope in (BALANCED, POOLED))
    scopes |= {scope: [samples[pair] for pair in pairs] for scope, pairs in means.items()}
    for scope, pairs in heaps.items():
        scopes[scope] = [_heap({pair: samples[pair] for pair in pairs}, clusters)]
    whole = [*samples, BALANCED, POOLED]  # those without one of the pairs are over prompts only
    asked = [(scope, scheme) for scope in scopes for scheme in (SCHEMES if scope in whole else [PROMPT])]
    return pd.concat(
        [_scheme_rows(scope, scheme, scopes[scope], keys, plan) for scope, scheme in asked], ignore_index=True
    )


def estimate_each(frames: Mapping[str, pd.DataFrame], clusters: Mapping[str, pd.DataFrame], plan: Plan) -> pd.DataFrame:
    """Return the `estimates` rows of each pair's `control_values` and of no mean over pairs."""
    found = estimate_values(frames, clusters, [], plan)
    return found[found["scope"].isin(list(frames))].reset_index(drop=True)


def _known(pair: str, frame: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    strange = frame.loc[~frame["prompt_id"].isin(clusters.index), "prompt_id"]
    if len(strange):
        raise MeasurementError(
            f"pair {pair!r}, prompt {strange.iloc[0]!r}: not among the pair's prompts, so nobody knows its template; "
            "measure the control again"
        )
    return clusters


def _value_units(pair: str, frame: pd.DataFrame, keys: pd.DataFrame) -> Units:
    """Return one unit per prompt with its mean of every key in the place of an arm."""
    strange = frame[~np.isfinite(frame["value"])]
    if len(strange):
        row = strange.iloc[0]
        raise MeasurementError(
            f"pair {pair!r}, prompt {row['prompt_id']!r}: {row['quantity']} of arm {row['arm']!r} is {row['value']}, "
            "not finite; measure the control again"
        )
    codes, labels = pd.factorize(frame["prompt_id"], sort=True)
    places = frame[list(KEY)].merge(keys.reset_index(names="place"), how="left", on=list(KEY))["place"].to_numpy()
    totals, counts = np.zeros((2, len(labels), len(keys)))
    np.add.at(totals, (codes, places), frame["value"].to_numpy(dtype=np.float64))
    np.add.at(counts, (codes, places), 1.0)
    means = np.round(totals / np.maximum(counts, 1) / GRID) * GRID
    return Units(pd.Index(labels, dtype=object), means[:, :, np.newaxis, np.newaxis], (counts > 0).astype(np.float64))


def _heap(samples: Mapping[str, _Sample], clusters: Mapping[str, pd.DataFrame]) -> _Sample:
    """Return the prompts of several pairs as units of one: a prompt that pairs share is a unit in each, a cluster that
    they share is one.
    """
    labels = {pair: pair + " " + sample[PROMPT].labels for pair, sample in samples.items()}
    parts = [sample[PROMPT] for sample in samples.values()]
    totals, sizes = (np.concatenate([getattr(units, name) for units in parts]) for name in ("totals", "sizes"))
    units = Units(pd.Index(np.concatenate(list(labels.values())), dtype=object), totals, sizes)
    named = [clusters[pair].loc[samples[pair][PROMPT].labels].set_axis(labels[pair]) for pair in samples]
    return by_scheme(units, pd.concat(named))


def _scheme_rows(scope: str, scheme: str, samples: Sequence[_Sample], keys: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    seed = plan.seed_of(f"{scope} values", scheme)
    units = [sample[scheme] for sample in samples]
    counted = np.stack([filled(one) for one in units])
    own = [quotient(one.totals.sum(0), one.sizes.sum(0)[:, np.newaxis, np.newaxis]) for one in units]
    drawn = joint_value_means(units, np.random.default_rng(seed), plan.draws)
    value, draws = (mean_over_pairs(means, counted > 0)[..., 0, 0] for means in (own, drawn))
    enough = (counted != 1).all(axis=0) & (counted.sum(axis=0) > 0)
    about = _described([sample[PROMPT] for sample in samples], keys)
    about["n_clusters"] = pd.NA if scheme == PROMPT else _different(units, len(keys))
    means = _Means(about, value, np.where(enough, draws, np.nan))
    parts = [means, *(ratio for name, quantities in RATIOS.items() for ratio in _ratios(means, name, *quantities))]
    rows = pd.concat([_rows(part, plan.level) for part in parts], ignore_index=True)
    known = rows[rows["n_events"] > 0]
    return known.assign(control=plan.control, scope=scope, method=scheme, seed=seed)[list(COLUMNS)]


def _described(samples: Sequence[Units], keys: pd.DataFrame) -> pd.DataFrame:
    """Return the keys with how many prompts (of each pair, so one per event), different prompts and pairs they have."""
    counted = np.stack([filled(units) for units in samples])
    counts = {
        "n_events": counted.sum(axis=0),
        "n_prompts": _different(samples, len(keys)),
        "n_pairs": (counted > 0).sum(axis=0),
    }
    return keys.rename(columns={"quantity": "effect"}).assign(**counts)


def _different(samples: Sequence[Units], n_keys: int) -> list[int]:
    """Return how many different units each key has."""
    return [len(set().union(*(units.labels[units.sizes[:, key] > 0] for units in samples))) for key in range(n_keys)]


def _ratios(means: _Means, name: str, numerator: str, denominator: str) -> Iterator[_Means]:
    """Yield the ratio of two quantities in every arm, readout and precision that has both."""
    others = ["arm", "readout", "precision"]
    upper, lower = (means.about[means.about["effect"] == effect].reset_index() for effect in (numerator, denominator))
    both = upper.merge(lower[["index", *others]], on=others, suffixes=("", "_lower"))
    places, under = both["index"].to_numpy(), both["index_lower"].to_numpy()
    if len(both):
        about = means.about.loc[places].assign(effect=name)
        value = quotient(means.value[places], means.value[under])
        yield _Means(about, value, quotient(means.draws[:, places], means.draws[:, under]))


def _rows(means: _Means, level: float) -> pd.DataFrame:
    low, high = percentiles(means.draws, level)
    known = np.isfinite(low)
    used = pd.array(np.isfinite(means.draws).sum(axis=0), dtype="Int64")
    used[~known] = pd.NA
    return means.about.assign(value=means.value, low=low, high=high, level=np.where(known, level, np.nan), draws=used)
