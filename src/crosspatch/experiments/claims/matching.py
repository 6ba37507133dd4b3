"""The estimate of the study that regenerates each published number."""

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

from crosspatch.errors import TableError
from crosspatch.records.estimates import HEADLINE
from crosspatch.records.numbers import COUNTS, ESTIMATE, NUMBER, VIEW
from crosspatch.statistics.keys import BALANCED, POOLED

_PUBLISHED: Final = {"value": "published", "low": "published_low", "high": "published_high"}
_WITHIN: Final = ["control", "arm", "effect", "readout", "precision"]
_OTHER_VALUES: Final = ("pair_range", "pair_median")
"""Methods whose numbers are others than the mean's; the rest differ by the interval only."""
_WITHOUT: Final = " without "


def join_published(
    effects: pd.DataFrame, published: pd.DataFrame, *, own: Collection[str] = (), theirs: Collection[str] = ()
) -> pd.DataFrame:
    """Return every row of a `published` table with the number of `effects` that it names, in its unit.

    own: pairs of the study's mean; theirs: those whose mean was published, or own if that does not matter. A mean
    without pairs that the study does not have is its mean over all pairs; one over others than the published pairs is
    no such number. Columns value, low and high are ours
    and missing where the study has no such estimate, as is `estimate`, the name of the number: several published rows
    may be compared with one. The published numbers are called published, published_low and published_high.
    """
    effects, published = (table.astype(dict.fromkeys(VIEW, "str")) for table in (effects, published))  # also if empty
    scoped = _with_scopes(effects, published)
    numbers = _numbers(scoped.assign(is_published=_are_means_of(scoped, own, theirs)), published)
    rows = published.rename(columns=_PUBLISHED).merge(numbers, how="left", on=list(NUMBER), validate="many_to_one")
    factor = np.where(rows["unit"] == "percent", 100.0, 1.0)
    return rows.assign(**{name: rows[name] * factor for name in ("value", "low", "high")})


def of_sections(published: pd.DataFrame, sections: Collection[str] | None) -> pd.DataFrame:
    """Return a `published` table whose rows of other places than `sections` (None: all) name no estimate.

    Raises TableError if nothing stands at one of them.
    """
    return published if sections is None else _only(published, "section", sections, "claims/sections")


def of_controls(published: pd.DataFrame, controls: Collection[str] | None) -> pd.DataFrame:
    """Return a `published` table whose rows of other controls than `controls` (None: all) name no estimate.

    Raises TableError if no number is of one of them.
    """
    return published if controls is None else _only(published, "control", controls, "claims/controls")


def _only(published: pd.DataFrame, column: str, wanted: Collection[str], key: str) -> pd.DataFrame:
    unknown = sorted(set(wanted) - set(published[column]))
    if unknown:
        known = sorted(published[column].dropna().unique())
        raise TableError(f"{key} names {unknown[0]!r}, where no published number stands; known are {known}")
    others = ~published[column].isin(list(wanted))
    return published.assign(**{name: published[name].mask(others) for name in NUMBER})


def _with_scopes(effects: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Add the mean over all pairs under the names of published means without pairs that the study does not have.

    Column `own_scope` is the scope that the row has in the study.
    """
    effects = effects.assign(own_scope=effects["scope"])
    named = [name for name in published["scope"].dropna().unique() if _WITHOUT in name]
    absent = [name for name in named if _left_out(name).isdisjoint(effects["scope"])]
    means = {name: effects[effects["scope"] == name.split(_WITHOUT)[0]] for name in absent}
    whole: pd.DataFrame = pd.concat([effects, *(rows.assign(scope=name) for name, rows in means.items())])
    return whole


def _are_means_of(effects: pd.DataFrame, own: Collection[str], theirs: Collection[str]) -> list[bool]:
    """Return which rows are no mean, or one over those of their pairs that the name of the scope says."""
    scopes = zip(effects["own_scope"], effects["scope"], strict=True)
    return [
        not scope.startswith((BALANCED, POOLED)) or _without(own_scope, own) == _without(scope, theirs)
        for own_scope, scope in scopes
    ]


def _without(scope: str, pairs: Collection[str]) -> set[str]:
    return set(pairs) - _left_out(scope)


def _left_out(scope: str) -> set[str]:
    return set(scope.partition(_WITHOUT)[2].split(", "))


def _numbers(effects: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return value, low, high and name of each key that a published row names and the study has."""
    named = published.loc[published["effect"].notna(), list(NUMBER)].drop_duplicates()
    wanted = effects[effects["is_published"]].merge(named[list(ESTIMATE)].drop_duplicates(), on=list(ESTIMATE))
    within = [key for key in ESTIMATE if key != "arm"]
    own = (effects["control"] == HEADLINE) & (effects["arm"] == "all")
    whole = effects.loc[own, [*within, "n_events"]].rename(columns={"n_events": "n_scope"})
    wanted = wanted.merge(whole, how="left", on=within)
    inside = wanted["n_events"] / wanted["n_scope"].where(wanted["n_scope"] > 0)
    columns = {
        **{name: wanted[name] for name in ("value", "low", "high", "n_events")},
        "share_inside": inside,
        "share_outside": 1 - inside,
    } | _over_pairs(effects, wanted)
    keys = wanted[list(ESTIMATE)]
    blocks = [
        keys.assign(column=name, value=numbers.astype(float), estimate=_names(wanted, name))
        for name, numbers in columns.items()
    ]
    blocks[0] = blocks[0].assign(low=wanted["low"], high=wanted["high"])  # only the value itself has an interval
    numbers = pd.concat(blocks, ignore_index=True).assign(own_scope=list(wanted["own_scope"]) * len(blocks))
    return numbers.assign(estimate=_once(numbers)).drop(columns="own_scope")


def _over_pairs(effects: pd.DataFrame, wanted: pd.DataFrame) -> dict[str, pd.Series]:
    """Count over the pairs of each mean: prompts of every pair, and pairs whose value is positive."""
    pairs = effects[(effects["method"] == "prompt") & (effects["scope"] == effects["own_scope"])]
    pairs = pairs.assign(positive=pairs["value"] > 0)
    counts = [
        pairs[pairs["scope"].isin(_members(effects, scope))]
        .groupby(_WITHIN, as_index=False, dropna=False)
        .agg(n_pair_prompts=("n_prompts", "sum"), n_pairs_positive=("positive", "sum"))
        .assign(own_scope=scope)
        for scope in wanted["own_scope"].unique()
    ]
    if not counts:
        return {}
    found = wanted[[*_WITHIN, "own_scope"]].merge(pd.concat(counts), how="left", on=[*_WITHIN, "own_scope"])
    return {name: found[name] for name in ("n_pair_prompts", "n_pairs_positive")}


def _members(effects: pd.DataFrame, scope: str) -> set[str]:
    """Return the pairs of a scope; a mean is over the pairs that it is also taken without, or over all."""
    scopes = set(effects["own_scope"])
    if not scope.startswith((BALANCED, POOLED)):
        return {scope}
    mean, _, left_out = scope.partition(_WITHOUT)
    pairs = {name for name in scopes if not name.startswith((BALANCED, POOLED))}
    taken_without = {name.split(_WITHOUT)[1] for name in scopes if name.startswith(f"{mean}{_WITHOUT}")}
    return (taken_without or pairs) - {left_out}


def _once(numbers: pd.DataFrame) -> pd.Series:
    """Return the names of the numbers, one for those that are the same to the last bit, and so by construction: the
    first divergences as an arm of a control, the last blocks where they are the late stack.
    """
    counted = numbers["column"].isin(COUNTS)
    same = [numbers[name] for name in ("effect", "own_scope", "readout", "precision", "column", "value")]
    first = numbers.groupby(same, sort=False, dropna=False)["estimate"].transform("first")
    return numbers["estimate"].where(counted, first).where(numbers["value"].notna())


def _names(wanted: pd.DataFrame, column: str) -> pd.Series:
    other = wanted["method"].where(wanted["method"].isin(_OTHER_VALUES), "")
    named = wanted[["effect", "own_scope", "control", "arm", *VIEW]].to_numpy(dtype=object)
    names = [" | ".join([*(part for part in parts if isinstance(part, str)), column]) for parts in named]
    return pd.Series(names, index=wanted.index, dtype=object).str.cat(other, sep=" ").str.strip()
