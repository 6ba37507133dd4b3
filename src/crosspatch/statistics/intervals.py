"""Intervals of effects from bootstrap draws of cell means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from crosspatch.measures.effects import effects_of_cell_means


@dataclass(frozen=True)
class Interval:
    """Ends of an interval of each effect (NaN where there is none) and the number of draws behind it."""

    low: Float[np.ndarray, "arm view effect"]
    high: Float[np.ndarray, "arm view effect"]
    draws: Int[np.ndarray, "arm view effect"]

    def where(self, kept: Bool[np.ndarray, " arm"]) -> "Interval":
        """Return the interval without its ends in the other arms."""
        keep = kept[:, np.newaxis, np.newaxis]
        return replace(self, low=np.where(keep, self.low, np.nan), high=np.where(keep, self.high, np.nan))


def percentile_interval(cell_draws: Float[np.ndarray, "draw arm view cell"], level: float) -> Interval:
    """Return percentile intervals of all effects, each ratio paired within its draw.

    A draw with an empty arm or a zero denominator is left out of that effect and not counted in `draws`.
    """
    ends, used = [], []
    for arm in range(cell_draws.shape[1]):
        effects = np.moveaxis(effects_of_cell_means(np.moveaxis(cell_draws[:, arm], 0, 1)), 1, 0)
        ends.append(percentiles(effects, level))
        used.append(np.isfinite(effects).sum(axis=0))
    low, high = np.stack(ends, axis=1)
    return Interval(low, high, np.stack(used))


def percentiles(draws: Float[np.ndarray, "draw ..."], level: float) -> Float[np.ndarray, "2 ..."]:
    """Return the two ends of the percentile interval of each quantity; draws that are missing (NaN) do not count."""
    return quantiles(draws, [(1 - level) / 2, 1 - (1 - level) / 2])


def quantiles(draws: Float[np.ndarray, "draw ..."], shares: Sequence[float]) -> Float[np.ndarray, "share ..."]:
    """Return quantiles, linear between draws, of each quantity; missing draws (NaN) do not count, NaN if all are."""
    flat = draws.reshape(len(draws), -1)
    known = ~np.isnan(flat).all(axis=0)
    found = np.full((len(shares), flat.shape[1]), np.nan)
    found[:, known] = np.nanquantile(flat[:, known], shares, axis=0)
    return found.reshape(len(shares), *draws.shape[1:])


def normal_interval(
    value: Float[np.ndarray, "arm view effect"],
    pairs: Sequence[Interval],
    counts: Bool[np.ndarray, "pair arm"],
) -> Interval:
    """Return value +- z SE with SE = sqrt(sum SE_f^2) / F over the F pairs f that count in an arm.

    SE_f = (high - low) / (2z) of the pair's percentile interval, so z cancels: the half-widths of the pairs add in
    quadrature. Source: how arXiv 2605.07284 makes the interval of its mean over five families.
    """
    half_widths = [(pair.high - pair.low) / 2 for pair in pairs]
    counted = counts[:, :, np.newaxis, np.newaxis]
    squares = np.where(counted, np.square(np.stack(half_widths)), 0.0).sum(axis=0)
    half_width = np.sqrt(squares) / np.maximum(counted.sum(axis=0), 1)
    fewest = np.where(counted, np.stack([pair.draws for pair in pairs]), np.iinfo(np.int64).max).min(axis=0)
    return Interval(value - half_width, value + half_width, fewest)
