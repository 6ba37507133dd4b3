"""The states that closures are measured with: of events that directions are fitted on the last position only."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn

from crosspatch.errors import ConfigError
from crosspatch.experiments.closure.directions import Directions, fit_directions
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.boundaries import EVERY_POSITION, LAST_POSITION, capture_every_boundary
from crosspatch.measures.states import States

EVERY = "every"
Captured = tuple[Mapping[int, Mapping[str, Tensor]], Mapping[int, Mapping[str, Tensor]]]
"""States by boundary: the last ones of fitted events, and those at every position of held-out events."""


def measured_boundaries(blocks: int, registered: int, asked: str | Sequence[int]) -> list[int]:
    """Return every boundary of a stack, or those asked for and the registered one.

    Raises ConfigError, naming it, if one would leave no block above it.
    """
    if asked == EVERY:
        return list(range(1, blocks))
    beyond = [boundary for boundary in asked if int(boundary) >= blocks]
    if beyond:
        raise ConfigError(
            f"controls/closure/boundaries asks for boundary {beyond[0]} of {blocks} blocks; it must be {blocks - 1} at "
            "most"
        )
    return sorted({registered, *map(int, asked)})


def capture_states(
    half: nn.Module,
    boundaries: Sequence[int],
    parts: tuple[pd.DataFrame, pd.DataFrame],
    plan: Mapping[str, Any],
    *,
    device: str,
) -> Captured:
    """Run one upstream on the events for fitting, then on those held out; half: the blocks below the last boundary."""
    found = []
    for events, positions in zip(parts, (LAST_POSITION, EVERY_POSITION), strict=True):
        batches = plan_batches(events["context"].map(len).tolist(), **plan)
        found.append(capture_every_boundary(half, boundaries, events, batches, positions=positions, device=device))
    return found[0], found[1]


def directions_between(base: States, tuned: States) -> Directions:
    """Return the directions of the differences of both sides' states at the last position, by prompt id."""
    return fit_directions(_last(tuned, list(base)) - _last(base, list(base)))


def _last(states: States, order: Sequence[str]) -> Float[Tensor, "event d_model"]:
    return torch.stack([states[prompt_id][-1].double() for prompt_id in order])
