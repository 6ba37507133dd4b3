"""Base states moved at a boundary: by the difference to the tuned state, or by what stands in its place.

Arms of all kinds are states by prompt id, made when they are asked for (protocol 4.19; arXiv 2605.07284, table E.7).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from crosspatch.experiments.closure.directions import Directions, of_norm
from crosspatch.experiments.closure.names import (
    ALL_POSITIONS,
    BASE_STATE,
    FLIPPED,
    FULL,
    GAUSSIAN,
    IN_SPAN,
    MEAN,
    OTHER_DESCENDANT,
    OTHER_EVENT,
    RANDOM,
    TUNED_STATE,
    of_directions,
)
from crosspatch.measures.states import States
from crosspatch.records.arms import seeded
from crosspatch.statistics.seeds import seed_of

Difference = Callable[[str], Float[Tensor, " d_model"]]
"""From a prompt id to what the last position is moved by, in float64."""
Make = Callable[[str], Float[Tensor, "token d_model"]]
"""From a prompt id to a boundary state."""


@dataclass(frozen=True)
class Boundary:
    """States of both sides at the held-out events of one boundary, and the directions that were fitted there.

    other: those of another descendant of the base at the same contexts, if there is one.
    """

    base: States
    tuned: States
    directions: Directions
    other: States | None = None

    def differences(self, prompt_id: str) -> Float[Tensor, "token d_model"]:
        """Return tuned less base at every position."""
        return self.tuned[prompt_id].double() - self.base[prompt_id].double()

    def difference(self, prompt_id: str) -> Float[Tensor, " d_model"]:
        """Return tuned less base at the last position."""
        return self.differences(prompt_id)[-1]


@dataclass(frozen=True)
class Settings:
    """On how many directions differences are projected, which of these controls are compared with, seeds of draws."""

    directions: Sequence[int]
    primary: int
    seeds: Sequence[int]


def moved(
    state: Float[Tensor, "token d_model"], added: Float[Tensor, "*token d_model"]
) -> Float[Tensor, "token d_model"]:
    """Return a state with something added, at the last position or at every one, in the dtype of the state.

    In float64, so that the whole difference of two states makes one of them the other.
    """
    if added.dim() == 1:
        added = torch.cat([torch.zeros_like(state[:-1], dtype=added.dtype), added[None]])
    return (state.double() + added).to(state.dtype)


def arms_of(at: Boundary, settings: Settings, *words: str | int) -> dict[str, Make]:
    """Return what makes the states of every arm of a boundary; `words` go into the seeds, with those of each draw."""
    last = {**projections(at, settings), **stand_ins(at, *words), **draws(at, settings, *words)}
    makes: dict[str, Make] = {BASE_STATE: at.base.__getitem__, TUNED_STATE: at.tuned.__getitem__}
    makes |= {name: _at_last(at.base, added) for name, added in last.items()}
    makes[FULL + ALL_POSITIONS] = lambda prompt_id: moved(at.base[prompt_id], at.differences(prompt_id))
    return makes | {of_directions(count) + ALL_POSITIONS: _everywhere(at, count) for count in settings.directions}


def projections(at: Boundary, settings: Settings) -> dict[str, Difference]:
    """Return differences of the events themselves: projected, whole, flipped; and the mean one."""

    def projected(count: int) -> Difference:
        return lambda prompt_id: at.directions.projected(at.difference(prompt_id), count)

    return {
        **{of_directions(count): projected(count) for count in settings.directions},
        MEAN: lambda _: at.directions.mean,
        FULL: at.difference,
        FLIPPED: lambda prompt_id: -at.difference(prompt_id),
    }


def stand_ins(at: Boundary, *words: str | int) -> dict[str, Difference]:
    """Return the difference of another held-out event, the next in an order by names, and of another descendant.

    Neither batches nor the table's order decide which event that is. A single event has no other.
    """
    order = sorted(at.base, key=lambda prompt_id: seed_of("closure", OTHER_EVENT, *words, prompt_id))
    after = dict(zip(order, [*order[1:], order[0]], strict=True))
    found: dict[str, Difference] = {}
    if len(order) > 1:
        found[OTHER_EVENT] = lambda prompt_id: at.difference(after[prompt_id])
    if at.other is not None:
        other = Boundary(at.base, at.other, at.directions)
        found[OTHER_DESCENDANT] = other.difference
    return found


def draws(at: Boundary, settings: Settings, *words: str | int) -> dict[str, Difference]:
    """Return random directions: of the projection's norm, of that norm in the span, and of the difference's norm."""

    def noise(size: int, kind: str, prompt_id: str, seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed_of("closure", kind, *words, prompt_id, seed))
        return torch.randn(size, generator=generator, dtype=torch.float64)

    def random(kind: str, seed: int) -> Difference:
        def draw(prompt_id: str) -> Float[Tensor, " d_model"]:
            difference, axes = at.difference(prompt_id), at.directions.axes[: settings.primary]
            aim = difference if kind == GAUSSIAN else at.directions.projected(difference, settings.primary)
            if kind == IN_SPAN:
                return of_norm(noise(len(axes), kind, prompt_id, seed) @ axes, aim.norm())
            return of_norm(noise(len(difference), kind, prompt_id, seed), aim.norm())

        return draw

    return {seeded(kind, seed): random(kind, seed) for kind in (RANDOM, IN_SPAN, GAUSSIAN) for seed in settings.seeds}


def directions_used(directions: Directions, counts: Sequence[int]) -> Mapping[str, int]:
    """Return by arm on how many directions it projects, which are no more than there are."""
    return {of_directions(count) + where: directions.used(count) for count in counts for where in ("", ALL_POSITIONS)}


def _at_last(states: States, added: Difference) -> Make:
    return lambda prompt_id: moved(states[prompt_id], added(prompt_id))


def _everywhere(at: Boundary, count: int) -> Make:
    """Project the difference of every position as that of the last one is."""
    return lambda prompt_id: moved(at.base[prompt_id], at.directions.projected(at.differences(prompt_id), count))
