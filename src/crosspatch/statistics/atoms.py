"""Units regrouped so that a draw of them is added up once for all the arms that it serves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from crosspatch.statistics.units import Units


@dataclass(frozen=True)
class Atom:
    """Units that each add the same amount, in logits, to every arm in `arms` and nothing to the others."""

    arms: Bool[np.ndarray, " arm"]
    units: Int[np.ndarray, " unit"]
    totals: Float[np.ndarray, "unit view cell"]
    sizes: Float[np.ndarray, " unit"]


def atoms_of(units: Units) -> list[Atom]:
    """Split units by the arms that they serve with one amount; a unit with several amounts is in several atoms.

    With one event per prompt every prompt is in exactly one atom, however many arms it belongs to.
    """
    found: list[Atom] = []
    left = units.sizes > 0
    while left.any():
        rows = np.flatnonzero(left.any(axis=1))
        first = left[rows].argmax(axis=1)
        totals, sizes = units.totals[rows, first], units.sizes[rows, first]
        same = left[rows] & (units.sizes[rows] == sizes[:, np.newaxis])
        same &= (units.totals[rows] == totals[:, np.newaxis]).all(axis=(2, 3))
        patterns, which = np.unique(same, axis=0, return_inverse=True)
        members = [np.flatnonzero(which == number) for number in range(len(patterns))]
        found += [
            Atom(arms, rows[some], totals[some], sizes[some]) for arms, some in zip(patterns, members, strict=True)
        ]
        left[rows] &= ~same
    return found


def sums_of_counts(
    counts: Float[np.ndarray, "draw unit"], atoms: Sequence[Atom]
) -> tuple[Float[np.ndarray, "arm view cell draw"], Float[np.ndarray, "arm draw"]]:
    """Return totals and sizes of every arm when each unit is drawn as often as `counts` says."""
    flat, sizes = [], []
    for atom in atoms:
        drawn = np.ascontiguousarray(counts[:, atom.units].T)
        flat.append(atom.totals.reshape(len(drawn), -1).T @ drawn)
        sizes.append(atom.sizes @ drawn)
    members = np.stack([atom.arms for atom in atoms], axis=1).astype(np.float64)
    totals = members @ np.stack(flat).reshape(len(atoms), -1)
    return totals.reshape(len(members), *atoms[0].totals.shape[1:], len(counts)), members @ np.stack(sizes)
