"""Arms of free running: the MLPs that stand in a host's windows while prompts are continued."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

import torch
from jaxtyping import Float
from torch import Tensor

from crosspatch.jobs.rollouts import Edit
from crosspatch.models.displaced import Displaced, Full, turned
from crosspatch.models.grafts import Mlps
from crosspatch.records.arms import seeded
from crosspatch.records.grafts import BY_HISTORY, controlled
from crosspatch.statistics.seeds import seed_of

Window = Sequence[int]
Drawn = Callable[[str, int, int, torch.device], Float[Tensor, " d_model"]]
"""From the id of a prompt, a block, a width and a device: a random direction."""


def grafts(windows: Mapping[str, Window], donor: Mlps) -> dict[str, Edit]:
    """Return the edit of every window, by its name: the donor's MLPs there, whatever the prompts."""
    return {name: _always({index: donor[index] for index in blocks}) for name, blocks in windows.items()}


def random_changes(window: str, blocks: Window, host: Mlps, donor: Mlps, seeds: Sequence[int]) -> dict[str, Edit]:
    """Return the edits of a window's changes of the donor's size in random directions, by their names with the seed.

    A direction is that of a prompt in a block, the same at every position of the prompt and of what is written; it is
    the one that the prompt's histories are read with (control grafts).
    """
    named = {seed: controlled(window, seeded(BY_HISTORY, seed)) for seed in seeds}
    return {name: _displaced(blocks, host, donor, cache(partial(_direction, seed))) for seed, name in named.items()}


def _always(mlps: Mlps) -> Edit:
    return lambda _: mlps


def _displaced(blocks: Window, host: Mlps, donor: Mlps, drawn: Drawn) -> Edit:
    def edit(names: Sequence[str]) -> Mlps:
        return {index: Displaced(host[index], donor[index], partial(_changed, drawn, names, index)) for index in blocks}

    return edit


def _changed(drawn: Drawn, names: Sequence[str], block: int, differences: Full, given: Full) -> Full:
    width, device = differences.shape[-1], differences.device
    noise = torch.stack([drawn(name, block, width, device) for name in names])
    return turned(differences, given, noise[:, None].expand_as(differences))


def _direction(seed: int, name: str, block: int, width: int, device: torch.device) -> Float[Tensor, " d_model"]:
    generator = torch.Generator(device).manual_seed(seed_of(name, block, seed))
    return torch.randn((1, width), generator=generator, device=device)[0]
