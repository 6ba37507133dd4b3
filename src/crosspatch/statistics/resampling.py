"""Bootstrap draws of the four cell means: units are drawn as counts, and one matrix product averages every cell."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from jaxtyping import Float

from crosspatch.measures.effects import quotient
from crosspatch.statistics.atoms import atoms_of, sums_of_counts
from crosspatch.statistics.units import Units, aligned, all_labels, filled

_CHUNK: Final = 500  # draws at a time, so that counts stay in the processor's cache; changes no draw


def drawn_counts(rng: np.random.Generator, draws: int, units: int) -> Iterator[Float[np.ndarray, "draw unit"]]:
    """Yield, some draws at a time, how often each unit is drawn; the index draws are those of scipy.stats.bootstrap."""
    for start in range(0, draws, _CHUNK):
        rows = min(_CHUNK, draws - start)
        picks = rng.integers(0, units, (rows, units)) + units * np.arange(rows)[:, np.newaxis]
        yield np.bincount(picks.ravel(), minlength=rows * units).reshape(rows, units).astype(np.float64)


def joint_means(
    samples: Sequence[Units], rng: np.random.Generator, draws: int
) -> list[Float[np.ndarray, "draw arm view cell"]]:
    """Return each pair's draws of its cell means where one resampling of unit labels serves all pairs.

    A label that a pair lacks contributes nothing there. A draw that leaves an arm empty is missing (NaN).
    """
    labels = all_labels(samples)
    tables = [atoms_of(aligned(units, labels)) for units in samples]
    means = [np.empty((*units.totals.shape[1:], draws)) for units in samples]  # draws last: intervals sort along them
    done = 0
    for counts in drawn_counts(rng, draws, len(labels)):
        for atoms, out in zip(tables, means, strict=True):
            totals, sizes = sums_of_counts(counts, atoms)
            out[..., done : done + len(counts)] = quotient(totals, sizes[:, np.newaxis, np.newaxis])
        done += len(counts)
    return [np.moveaxis(out, -1, 0) for out in means]


def joint_value_means(
    samples: Sequence[Units], rng: np.random.Generator, draws: int
) -> list[Float[np.ndarray, "draw arm view cell"]]:
    """Return what `joint_means` returns, bit for bit, by one matrix product per pair: faster where arms are other
    quantities of the same units and not arms of them.
    """
    labels = all_labels(samples)
    tables = [aligned(units, labels) for units in samples]
    means: list[list[Float[np.ndarray, "draw arm view cell"]]] = [[] for _ in samples]
    for counts in drawn_counts(rng, draws, len(labels)):
        for units, out in zip(tables, means, strict=True):
            totals = (counts @ units.totals.reshape(len(labels), -1)).reshape(len(counts), *units.totals.shape[1:])
            out.append(quotient(totals, (counts @ units.sizes)[:, :, np.newaxis, np.newaxis]))
    return [np.concatenate(out) for out in means]


def two_level_means(
    samples: Sequence[Units], rng: np.random.Generator, draws: int
) -> Float[np.ndarray, "draw arm view cell"]:
    """Return draws of the mean over pairs where pairs are drawn first, then the prompts of each drawn pair anew.

    Pairs are drawn for all draws, then prompts pair by pair. A pair without prompts in an arm does not count there.
    """
    picks = rng.integers(0, len(samples), (draws, len(samples)))
    totals = np.zeros((draws, *samples[0].totals.shape[1:]))
    weights = np.zeros(totals.shape[:2])
    for number, units in enumerate(samples):
        rows, _ = np.nonzero(picks == number)
        (means,) = joint_means([units], rng, len(rows))
        present = filled(units) > 0
        np.add.at(totals, rows, np.where(present[:, np.newaxis, np.newaxis], means, 0.0))
        np.add.at(weights, rows, present.astype(np.float64))
    return quotient(totals, weights[:, :, np.newaxis, np.newaxis])
