"""Units of resampling: what each prompt, or cluster of prompts, adds to the mean of the four cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from crosspatch.measures.effects import quotient
from crosspatch.statistics.cells_array import PairCells

GRID: Final = 2.0**-32
"""Prompt means are taken to this grid, in logits, so that sums of up to 2^21 logits are exact in float64.

Then no order of addition, number of threads or matrix library moves a digit of an estimate. Float32 margins above
0.002 logits are on the grid already; others move by 1.2e-10 logits at most.
"""


@dataclass(frozen=True)
class Units:
    """Sums over the prompts of each unit: of their mean margins, in logits, and of their number, by arm."""

    labels: pd.Index
    totals: Float[np.ndarray, "unit arm view cell"]
    sizes: Float[np.ndarray, "unit arm"]


def prompt_units(cells: PairCells, masks: Sequence[Bool[np.ndarray, " event"]]) -> Units:
    """Return one unit per prompt; events of a prompt that are in the same arm are averaged first."""
    codes, labels = pd.factorize(cells.events["prompt_id"], sort=True)
    mask = np.stack(masks, axis=1)
    events = _sums_by(codes, len(labels), mask.astype(np.float64))
    sums = _sums_by(codes, len(labels), mask[:, :, np.newaxis, np.newaxis] * cells.margins[:, np.newaxis])
    means = sums / np.maximum(events, 1)[:, :, np.newaxis, np.newaxis]
    return Units(pd.Index(labels, dtype=object), np.round(means / GRID) * GRID, (events > 0).astype(np.float64))


def clustered(prompts: Units, clusters: pd.Series) -> Units:
    """Return the clusters of prompt units as units; `clusters` names the cluster of each prompt id."""
    codes, labels = pd.factorize(clusters.loc[prompts.labels], sort=True)
    totals, sizes = (_sums_by(codes, len(labels), array) for array in (prompts.totals, prompts.sizes))
    return Units(pd.Index(labels, dtype=object), totals, sizes)


def aligned(units: Units, labels: pd.Index) -> Units:
    """Return the units under a longer list of labels; a label that is new adds nothing."""
    codes = labels.get_indexer(units.labels)
    totals, sizes = (_sums_by(codes, len(labels), array) for array in (units.totals, units.sizes))
    return Units(labels, totals, sizes)


def all_labels(samples: Sequence[Units]) -> pd.Index:
    """Return the labels of all units of several pairs, sorted, each once."""
    labels: pd.Index = pd.Index(sorted(set().union(*(units.labels for units in samples))))
    return labels


def cell_means(units: Units) -> Float[np.ndarray, "arm view cell"]:
    """Return the mean over prompts of each cell, missing (NaN) for an empty arm."""
    return quotient(units.totals.sum(axis=0), units.sizes.sum(axis=0)[:, np.newaxis, np.newaxis])


def filled(units: Units) -> Int[np.ndarray, " arm"]:
    """Return how many units have prompts in each arm."""
    count: Int[np.ndarray, " arm"] = np.count_nonzero(units.sizes, axis=0)
    return count


def _sums_by(
    codes: Int[np.ndarray, " row"], length: int, rows: Float[np.ndarray, "row ..."]
) -> Float[np.ndarray, "..."]:
    sums = np.zeros((length, *rows.shape[1:]))
    np.add.at(sums, codes, rows)
    return sums
