"""The data of a scope: one sample per pair, over the same arms and views."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from crosspatch.errors import MeasurementError
from crosspatch.measures.effects import quotient
from crosspatch.records.estimates import CLUSTERS, PROMPT
from crosspatch.statistics.cells_array import PairCells, pair_cells
from crosspatch.statistics.units import Units, aligned, all_labels, cell_means, clustered, filled, prompt_units

NO_TOKEN: Final = -1
"""Stands for the tokens of a prompt without an event in the name of its cluster."""


@dataclass(frozen=True)
class PairSample:
    """One pair's prompts: its arms, views (readout, precision), events per arm, and units by scheme."""

    pair: str
    arms: tuple[str, ...]
    views: tuple[tuple[str, str], ...]
    n_events: Int[np.ndarray, " arm"]
    units: dict[str, Units]


def pair_sample(cells: PairCells, positions: Sequence[int], categories: Sequence[str] | None = None) -> PairSample:
    """Cut the cells of a pair into the arms of its own events; `categories` are the pair's own unless given."""
    categories = sorted(set(cells.events["category"])) if categories is None else categories
    masks = arm_masks(cells.events, positions=positions, categories=categories)
    prompts = prompt_units(cells, list(masks.values()))
    n_events = np.array([mask.sum() for mask in masks.values()])
    return PairSample(cells.pair, tuple(masks), cells.views, n_events, by_scheme(prompts, clusters_of(cells.events)))


def arm_masks(
    events: pd.DataFrame, *, positions: Iterable[int], categories: Iterable[str]
) -> dict[str, Bool[np.ndarray, " event"]]:
    """Return, by name, which of a pair's own events are in each arm; an arm may be empty.

    `all`; `consistent`, where both unpatched checkpoints pick their own token again; `position >= k`, because
    response openings carry much of the effect in some pairs; `category NAME`.
    """
    step, category = events["step"].to_numpy(), events["category"].to_numpy()
    masks = {"all": np.ones(len(events), dtype=bool), "consistent": events["consistent"].to_numpy(dtype=bool)}
    masks |= {f"position >= {position}": step >= position for position in positions}
    return masks | {f"category {name}": np.asarray(category == name, dtype=bool) for name in categories}


def sample_of_arms(frame: pd.DataFrame, arms: Sequence[str]) -> PairSample:
    """Return one pair's prompts from its `control_cells` table, with the arms in the given order.

    A prompt is in the same cluster in all arms: that of its event in the arm that stands first in the table.
    """
    own = {str(arm): pair_cells(rows) for arm, rows in frame.groupby("arm", sort=False)}
    units = _stacked([_units_of(own.get(arm)) for arm in arms])
    n_events = np.array([len(own[arm].events) if arm in own else 0 for arm in arms])
    first = next(iter(own.values()))
    return PairSample(first.pair, tuple(arms), first.views, n_events, by_scheme(units, clusters_of(frame)))


def by_scheme(prompts: Units, clusters: pd.DataFrame) -> dict[str, Units]:
    """Return the units of every scheme of resampling; `clusters` as `clusters_of` names them."""
    return {PROMPT: prompts} | {scheme: clustered(prompts, clusters[scheme]) for scheme in CLUSTERS}


def clusters_of(events: pd.DataFrame) -> pd.DataFrame:
    """Name the clusters of each prompt id, by scheme; a prompt with several events is in those of its first one.

    events has the columns prompt_id, category, template, base_token and tuned_token (missing without an event).
    """
    first = events.drop_duplicates("prompt_id").set_index("prompt_id")
    sides = (pd.to_numeric(first[name]).fillna(NO_TOKEN) for name in ("base_token", "tuned_token"))
    base, tuned = (tokens.astype("int64").astype(str) for tokens in sides)
    tokens = first["category"] + "|" + base + "|" + tuned
    return pd.DataFrame({"cluster_template": first["template"], "cluster_tokens": tokens})


def pair_samples(frames: Mapping[str, pd.DataFrame], positions: Sequence[int]) -> list[PairSample]:
    """Return the samples of several pairs, by name, over the categories of all of them.

    Raises MeasurementError if there is no pair, if a table is of another pair than its key, or if readouts differ.
    """
    cells = [_named(pair, frames[pair]) for pair in sorted(frames)]
    if not cells:
        raise MeasurementError("no pair to balance over; give the cells of one pair at least")
    for other in cells[1:]:
        if other.views != cells[0].views:
            pairs, views = (cells[0].pair, other.pair), (cells[0].views, other.views)
            raise MeasurementError(f"pairs {pairs} were read out differently: {views}; measure the same readouts")
    categories = sorted(set().union(*(one.events["category"] for one in cells)))
    return [pair_sample(one, positions, categories) for one in cells]


def present(samples: Sequence[PairSample]) -> Bool[np.ndarray, "pair arm"]:
    """Return which pairs have prompts in which arm."""
    return np.stack([filled(sample.units["prompt"]) > 0 for sample in samples])


def pair_means(samples: Sequence[PairSample]) -> list[Float[np.ndarray, "arm view cell"]]:
    """Return each pair's mean over prompts of each cell."""
    return [cell_means(sample.units["prompt"]) for sample in samples]


def mean_over_pairs(
    means: Sequence[Float[np.ndarray, "*draw arm view cell"]], counts: Bool[np.ndarray, "pair arm"]
) -> Float[np.ndarray, "*draw arm view cell"]:
    """Return the unweighted mean of the pairs' cell means; `counts` says which pairs count in an arm."""
    total = np.zeros_like(means[0])
    for mean, counted in zip(means, counts, strict=True):
        total += np.where(counted[:, np.newaxis, np.newaxis], mean, 0.0)
    return quotient(total, counts.sum(axis=0).astype(np.float64)[:, np.newaxis, np.newaxis])


def different(samples: Sequence[PairSample], scheme: str) -> Int[np.ndarray, " arm"]:
    """Return how many different units there are in each arm, a unit that several pairs share counted once."""
    units = [sample.units[scheme] for sample in samples]
    labels = all_labels(units)
    held = np.zeros((len(labels), len(samples[0].arms)), dtype=bool)
    for one in units:
        held[labels.get_indexer(one.labels)] |= one.sizes > 0
    number: Int[np.ndarray, " arm"] = np.count_nonzero(held, axis=0)
    return number


def resamplable(samples: Sequence[PairSample], scheme: str) -> Bool[np.ndarray, " arm"]:
    """Return for which arms every pair that counts has two units at least; else resampling says nothing."""
    numbers = np.stack([filled(sample.units[scheme]) for sample in samples])
    enough: Bool[np.ndarray, " arm"] = ((numbers != 1).all(axis=0)) & (numbers.sum(axis=0) > 0)
    return enough


def _named(pair: str, frame: pd.DataFrame) -> PairCells:
    cells = pair_cells(frame)
    if cells.pair != pair:
        raise MeasurementError(f"the cells given for pair {pair!r} are of pair {cells.pair!r}; check the files")
    return cells


def _units_of(cells: PairCells | None) -> Units | None:
    return None if cells is None else prompt_units(cells, [np.ones(len(cells.events), dtype=bool)])


def _stacked(parts: Sequence[Units | None]) -> Units:
    """Return one unit per prompt with the arms side by side; an arm that is missing adds nothing."""
    known = [part for part in parts if part is not None]
    labels = pd.Index(sorted(set().union(*(part.labels for part in known))), dtype=object)
    empty = Units(labels, np.zeros((len(labels), *known[0].totals.shape[1:])), np.zeros((len(labels), 1)))
    whole = [empty if part is None else aligned(part, labels) for part in parts]
    return Units(labels, *(np.concatenate([getattr(one, name) for one in whole], 1) for name in ("totals", "sizes")))
