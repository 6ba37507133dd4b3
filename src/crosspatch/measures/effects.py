"""The four cells of an event and the effects they define (arXiv 2605.07284, section 2)."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from jaxtyping import Float

CELLS: Final = (("base", "base"), ("base", "tuned"), ("tuned", "base"), ("tuned", "tuned"))
"""The cells as (upstream, late), in the order of every cell axis; the paper's (PT,PT), (PT,IT), (IT,PT), (IT,IT)."""

CONTRASTS: Final[Mapping[str, tuple[float, float, float, float]]] = {
    # Late effect from the base upstream, Y(base,tuned) - Y(base,base); the paper's P, "portable" or "direct".
    "portable": (-1, 1, 0, 0),
    # Late effect from the tuned upstream, Y(tuned,tuned) - Y(tuned,base); the paper's M, "matched" or "native-context".
    "matched": (0, 0, -1, 1),
    # matched - portable; the paper's C. Upstream and late may exchange roles without changing it.
    "interaction": (1, -1, -1, 1),
    # Late effect averaged over the two upstreams, (portable + matched) / 2.
    "late_main": (-0.5, 0.5, -0.5, 0.5),
    # Upstream effect averaged over the two late stacks.
    "upstream_main": (-0.5, -0.5, 0.5, 0.5),
    # Between the unpatched checkpoints, Y(tuned,tuned) - Y(base,base); also late_main + upstream_main. The paper's N.
    "native_shift": (-1, 0, 0, 1),
}
"""Coefficients over `CELLS` of each effect, in logits."""

RATIOS: Final[Mapping[str, tuple[str, str]]] = {
    # Share of the matched late effect that is there from the base upstream already.
    "portable_share": ("portable", "matched"),
    # How many times larger the late effect is from the tuned upstream.
    "matched_over_portable": ("matched", "portable"),
    # Share of the native shift that needs both the tuned upstream and the tuned late stack.
    "interaction_share": ("interaction", "native_shift"),
}
"""Numerator and denominator of each ratio. A ratio is of means (over prompts, then pairs), never a mean of ratios."""

EFFECTS: Final = (*CONTRASTS, *RATIOS)
"""Contrasts, then ratios, in the order of every effect axis."""


def contrasts_of_cells(margins: Float[np.ndarray, "*batch 4"]) -> Float[np.ndarray, "*batch 6"]:
    """Return the contrasts of cell margins (or of their means), in the order of `CONTRASTS`.

    The two unpatched cells are added first, then the two crossed ones, then both. In this order the laws hold to the
    last bit: equal late stacks or upstreams give zeros, and exchanging upstream and late leaves the interaction.
    """
    return np.moveaxis(np.stack(list(_contrasts(margins).values())), 0, -1)


def contrast_of_cells(margins: Float[np.ndarray, "*batch 4"], name: str) -> Float[np.ndarray, "*batch"]:
    """Return one of the contrasts of cell margins (or of any numbers of the four cells)."""
    return contrasts_of_cells(margins)[..., list(CONTRASTS).index(name)]


def effects_of_cell_means(means: Float[np.ndarray, "*batch 4"]) -> Float[np.ndarray, "*batch 9"]:
    """Return contrasts and ratios, in the order of `EFFECTS`, of cell means; a ratio to zero is missing (NaN)."""
    contrasts = _contrasts(means)
    ratios = [quotient(contrasts[upper], contrasts[lower]) for upper, lower in RATIOS.values()]
    return np.moveaxis(np.stack([*contrasts.values(), *ratios]), 0, -1)


def _contrasts(margins: Float[np.ndarray, "*batch 4"]) -> dict[str, Float[np.ndarray, "*batch"]]:
    base_base, base_tuned, tuned_base, tuned_tuned = np.moveaxis(margins, -1, 0)
    return {
        name: np.asarray((bb * base_base + tt * tuned_tuned) + (bt * base_tuned + tb * tuned_base))
        for name, (bb, bt, tb, tt) in CONTRASTS.items()
    }


def quotient(
    numerator: Float[np.ndarray, "*#batch"], denominator: Float[np.ndarray, "*#batch"]
) -> Float[np.ndarray, "..."]:
    """Return numerator / denominator, missing (NaN) where the denominator is zero."""
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    result: Float[np.ndarray, "*batch"] = np.full(shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result
