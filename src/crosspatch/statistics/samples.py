"""The data of a scope: one sample per pair, over the same subsets and views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from crosspatch.errors import MeasurementError
from crosspatch.measures.effects import quotient
from crosspatch.statistics.cells_array import PairCells, pair_cells
from crosspatch.statistics.subsets import subset_masks
from crosspatch.statistics.units import Units, all_labels, cell_means, clustered, filled, prompt_units

SCHEMES: Final = ("prompt", "cluster_template", "cluster_tokens")
"""What is resampled: prompts; all prompts of a template; all prompts of a category with the same two tokens."""


@dataclass(frozen=True)
class PairSample:
    """One pair's prompts: its subsets, views (readout, precision), events per subset, and units by scheme."""

    pair: str
    subsets: tuple[str, ...]
    views: tuple[tuple[str, str], ...]
    n_events: Int[np.ndarray, " subset"]
    units: dict[str, Units]


def pair_sample(cells: PairCells, positions: Sequence[int], categories: Sequence[str] | None = None) -> PairSample:
    """Cut the cells of a pair into subsets and units; `categories` are the pair's own unless given."""
    categories = sorted(set(cells.events["category"])) if categories is None else categories
    masks = subset_masks(cells.events, positions=positions, categories=categories)
    prompts = prompt_units(cells, list(masks.values()))
    clusters = _clusters(cells.events)
    units = {"prompt": prompts} | {scheme: clustered(prompts, clusters[scheme]) for scheme in SCHEMES[1:]}
    n_events = np.array([mask.sum() for mask in masks.values()])
    return PairSample(cells.pair, tuple(masks), cells.views, n_events, units)


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


def present(samples: Sequence[PairSample]) -> Bool[np.ndarray, "pair subset"]:
    """Return which pairs have prompts in which subset."""
    return np.stack([filled(sample.units["prompt"]) > 0 for sample in samples])


def pair_means(samples: Sequence[PairSample]) -> list[Float[np.ndarray, "subset view cell"]]:
    """Return each pair's mean over prompts of each cell."""
    return [cell_means(sample.units["prompt"]) for sample in samples]


def mean_over_pairs(
    means: Sequence[Float[np.ndarray, "*draw subset view cell"]], counts: Bool[np.ndarray, "pair subset"]
) -> Float[np.ndarray, "*draw subset view cell"]:
    """Return the unweighted mean of the pairs' cell means; `counts` says which pairs count in a subset."""
    total = np.zeros_like(means[0])
    for mean, counted in zip(means, counts, strict=True):
        total += np.where(counted[:, np.newaxis, np.newaxis], mean, 0.0)
    return quotient(total, counts.sum(axis=0).astype(np.float64)[:, np.newaxis, np.newaxis])


def different(samples: Sequence[PairSample], scheme: str) -> Int[np.ndarray, " subset"]:
    """Return how many different units there are in each subset, a unit that several pairs share counted once."""
    units = [sample.units[scheme] for sample in samples]
    labels = all_labels(units)
    held = np.zeros((len(labels), len(samples[0].subsets)), dtype=bool)
    for one in units:
        held[labels.get_indexer(one.labels)] |= one.sizes > 0
    number: Int[np.ndarray, " subset"] = np.count_nonzero(held, axis=0)
    return number


def resamplable(samples: Sequence[PairSample], scheme: str) -> Bool[np.ndarray, " subset"]:
    """Return for which subsets every pair that counts has two units at least; else resampling says nothing."""
    numbers = np.stack([filled(sample.units[scheme]) for sample in samples])
    enough: Bool[np.ndarray, " subset"] = ((numbers != 1).all(axis=0)) & (numbers.sum(axis=0) > 0)
    return enough


def _named(pair: str, frame: pd.DataFrame) -> PairCells:
    cells = pair_cells(frame)
    if cells.pair != pair:
        raise MeasurementError(f"the cells given for pair {pair!r} are of pair {cells.pair!r}; check the files")
    return cells


def _clusters(events: pd.DataFrame) -> pd.DataFrame:
    """Name the clusters of each prompt id; a prompt with several events is in those of its first one."""
    first = events.drop_duplicates("prompt_id").set_index("prompt_id")
    tokens = first["category"] + "|" + first["base_token"].astype(str) + "|" + first["tuned_token"].astype(str)
    return pd.DataFrame({"cluster_template": first["template"], "cluster_tokens": tokens})
