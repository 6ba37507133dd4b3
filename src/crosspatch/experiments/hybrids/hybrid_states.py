"""Hybrid states: other states in the place of an upstream, read by the late stacks like the pair's own.

Is the interaction that of the tuned state, or what any state as far from the base state, or of another size, would give
(protocol 4.4; arXiv 2605.07284, section 3.3 and appendix C)?
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import measure_late_cells
from crosspatch.jobs.control_cells import cells_of_arms
from crosspatch.measures.states import States, interpolated, permuted_displacement, rescaled, turned_displacement
from crosspatch.models.readout import Readout
from crosspatch.records.arms import interpolation_arm
from crosspatch.records.sides import BASE, SIDES, TUNED
from crosspatch.statistics.seeds import seed_of

Arm = Mapping[tuple[str, str], States]
"""The cells (upstream, late) that an arm measures, each with the states in the place of that upstream."""
Make = Callable[[str, Tensor, Tensor], Tensor]
"""Makes a state of prompt id, base state and tuned state."""


class Hybrids(Mapping[str, Tensor]):
    """States by prompt id that are made of both sides' states when they are asked for, and not kept."""

    def __init__(self, states: Mapping[str, States], make: Make) -> None:
        self._states, self._make = states, make

    def __getitem__(self, prompt_id: str) -> Float[Tensor, "token d_model"]:
        return self._make(prompt_id, self._states[BASE][prompt_id], self._states[TUNED][prompt_id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._states[BASE])

    def __len__(self) -> int:
        return len(self._states[BASE])


def interpolation_arms(states: Mapping[str, States], _pair: str, *, shares: Sequence[float]) -> dict[str, Arm]:
    """Return the arms `tuned share A`: (1 - A) base + A tuned in the place of the tuned upstream."""

    def make(share: float) -> Make:
        return lambda _, base, tuned: interpolated(base, tuned, share)

    return {interpolation_arm(share): _in_place_of_tuned(Hybrids(states, make(share))) for share in shares}


def permutation_arms(states: Mapping[str, States], pair: str, *, seeds: Sequence[int]) -> dict[str, Arm]:
    """Return the arms `permutation SEED`: the base state moved as far as the tuned one, in a random direction."""
    words = {f"permutation {seed}": ("signed permutation", pair, str(seed)) for seed in seeds}
    return _displaced_at_random(states, permuted_displacement, words)


def rotation_arms(states: Mapping[str, States], pair: str, *, seeds: Sequence[int]) -> dict[str, Arm]:
    """Return the arms `rotation SEED`: the base state moved as far as the tuned one and to its norm, elsewhere."""
    words = {f"rotation {seed}": ("rotation", pair, str(seed)) for seed in seeds}
    return _displaced_at_random(states, turned_displacement, words)


def rescaling_arms(states: Mapping[str, States], _pair: str) -> dict[str, Arm]:
    """Return the arm `host norm`: each crossed state with the RMS of the late stack's own state at every position."""
    base_state = Hybrids(states, lambda _, base, tuned: rescaled(base, tuned))
    tuned_state = Hybrids(states, lambda _, base, tuned: rescaled(tuned, base))
    return {"host norm": {(BASE, TUNED): base_state, (TUNED, BASE): tuned_state}}


ARMS: Final[Mapping[str, Callable[..., dict[str, Arm]]]] = MappingProxyType(
    {
        "interpolation": interpolation_arms,
        "signed_permutation": permutation_arms,
        "rotation": rotation_arms,
        "rescaling": rescaling_arms,
    }
)
"""Makes the arms of each control of both sides' states, the pair and the control's settings."""


def measure_arms(
    half: nn.Module,
    late: str,
    arms: Mapping[str, Arm],
    states: States,
    readouts: Mapping[str, Readout],
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    device: str,
) -> pd.DataFrame:
    """Run one late stack on the states of its cells of every arm; a table of late cells with a column `arm`.

    states: the side's own boundary states. Raises MeasurementError, naming the event, if a margin is not finite.
    """
    tables = []
    for arm, replaced in arms.items():
        for upstream, given in ((one, given) for (one, reader), given in replaced.items() if reader == late):
            cells = measure_late_cells(
                *(half, late, {late: states, upstream: given}, readouts, events, batches),
                upstreams=(upstream,),
                device=device,
            )
            tables.append(cells.assign(arm=arm))
    return pd.concat(tables, ignore_index=True)


def arms_with_own_cells(own: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Return the `control_cells` of the arms in `measured`; cells that an arm did not measure are the pair's own."""
    events = own.drop_duplicates("prompt_id").drop(columns=list(measured.columns.drop(["prompt_id", "arm"])))
    arms = {}
    for arm, cells in measured.groupby("arm", sort=False):
        replaced = pd.MultiIndex.from_frame(own[["upstream", "late"]]).isin(
            pd.MultiIndex.from_frame(cells[["upstream", "late"]])
        )
        arms[str(arm)] = pd.concat([own[~replaced], events.merge(cells, on="prompt_id")], ignore_index=True)
    return cells_of_arms(arms)


def _displaced_at_random(
    states: Mapping[str, States], displaced: Callable[..., Tensor], words: Mapping[str, tuple[str, str, str]]
) -> dict[str, Arm]:
    """Return by arm the base state, displaced with a permutation of the dimensions and signs of its own per prompt.

    words: what is hashed, besides the prompt, into the seed of each arm.
    """

    def make(drawn_by: tuple[str, str, str]) -> Make:
        kind, pair, seed = drawn_by
        return lambda prompt_id, base, tuned: displaced(
            base, tuned, *_order_and_signs(base.shape[-1], kind, pair, prompt_id, seed)
        )

    return {arm: _in_place_of_tuned(Hybrids(states, make(drawn_by))) for arm, drawn_by in words.items()}


def _in_place_of_tuned(hybrids: States) -> Arm:
    return {(TUNED, late): hybrids for late in SIDES}


def _order_and_signs(width: int, *words: str) -> tuple[Int[Tensor, " width"], Float[Tensor, " width"]]:
    """Return a random permutation and random signs, the same for the same words in every process and on any device."""
    generator = torch.Generator().manual_seed(seed_of(*words))
    order = torch.randperm(width, generator=generator)
    return order, 1.0 - 2.0 * torch.randint(0, 2, (width,), generator=generator)
