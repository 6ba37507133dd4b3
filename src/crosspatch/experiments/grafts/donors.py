"""Donors that are no checkpoint: a host's own MLPs, and what is left of a graft without its direction, place or text.

A displaced MLP gives what the host's gives and a changed difference to it; all read the host's own MLP input.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import torch
from jaxtyping import Int
from torch import Tensor

from crosspatch.experiments.grafts.arms import Arm, Edit, Rows, always, taken
from crosspatch.experiments.grafts.names import BY_STEP, IDENTITY, OTHER_PROMPTS, OTHER_STEPS, REVERSED
from crosspatch.experiments.grafts.windows import Window
from crosspatch.models.displaced import Displaced, Full, turned
from crosspatch.models.grafts import Mlps
from crosspatch.records.arms import seeded
from crosspatch.records.grafts import BY_HISTORY, controlled
from crosspatch.statistics.seeds import seed_of

Change = Callable[[int, Full, Full], Full]
"""From a block, differences of its donor's and host's MLP outputs in float32, and their input: other differences."""
Sources = tuple[Int[Tensor, "row token"], Int[Tensor, "row token"]]
"""From which row and which of its positions the difference at each position is taken."""


def controls(windows: Mapping[str, Window], host: Mlps, donor: Mlps, seeds: Sequence[int]) -> list[Arm]:
    """Return the arms of every control but other checkpoints, named `WINDOW, CONTROL`, random ones with their seed."""
    found = []
    for window, blocks in windows.items():
        edits: dict[str, Edit] = {
            IDENTITY: _displaced(blocks, host, host, lambda _: _unchanged),
            REVERSED: always(dict(zip(blocks, taken(donor, blocks[::-1]).values(), strict=True))),
            OTHER_STEPS: _displaced(blocks, host, donor, lambda rows: partial(_moved, other_steps(rows))),
            OTHER_PROMPTS: _displaced(blocks, host, donor, _from_other_prompts),
        }
        for seed in seeds:
            for name, each in ((BY_STEP, True), (BY_HISTORY, False)):
                edits[seeded(name, seed)] = _displaced(blocks, host, donor, partial(_turned, seed=seed, each_step=each))
        found += [Arm((controlled(window, name),), blocks, edit) for name, edit in edits.items()]
    return found


def _displaced(blocks: Window, host: Mlps, donor: Mlps, change_of: Callable[[Rows], Change | None]) -> Edit:
    def edit(rows: Rows) -> Mlps | None:
        change = change_of(rows)
        if change is None:
            return None
        return {index: Displaced(host[index], donor[index], partial(change, index)) for index in blocks}

    return edit


def _unchanged(_block: int, differences: Full, _given: Full) -> Full:
    return differences


def _turned(rows: Rows, *, seed: int, each_step: bool) -> Change:
    """Turn the part of each difference that is orthogonal to the MLP's input into a random direction."""

    def change(block: int, differences: Full, given: Full) -> Full:
        return turned(differences, given, _drawn(rows, block, seed, each_step, differences))

    return change


def _drawn(rows: Rows, block: int, seed: int, each_step: bool, like: Full) -> Full:
    """Draw directions, at every position or one for the whole history, from seeds of its name, the block and `seed`."""
    noise = torch.zeros_like(like)
    for row, (name, history) in enumerate(zip(rows.names, rows.histories, strict=True)):
        positions = len(history.read)
        generator = torch.Generator(like.device).manual_seed(seed_of(name, block, seed))
        size = (positions if each_step else 1, like.shape[-1])
        noise[row, :positions] = torch.randn(size, generator=generator, device=like.device)
    return noise


def _moved(sources: Sources, _block: int, differences: Full, _given: Full) -> Full:
    rows, positions = (places.to(differences.device) for places in sources)
    moved: Tensor = differences[rows, positions]
    return moved


def _from_other_prompts(rows: Rows) -> Change | None:
    return None if len(rows.names) == 1 else partial(_moved, other_prompts(rows))


def other_steps(rows: Rows) -> Sources:
    """Take each difference from another position of the same history: steps from steps, the prompt's from the prompt.

    The first position of a prompt keeps its own; many checkpoints treat it as no other. All blocks have one order.
    """
    from_rows, places = _at_home(rows)
    for row, (name, history) in enumerate(zip(rows.names, rows.histories, strict=True)):
        generator = torch.Generator().manual_seed(seed_of(name, OTHER_STEPS))
        begin, end = len(history.prompt) - 1, len(history.read)
        for first, last in ((1, begin), (begin, end)):
            if last > first:
                places[row, first:last] = first + torch.randperm(last - first, generator=generator)
    return from_rows, places


def other_prompts(rows: Rows) -> Sources:
    """Take each difference from the next history of the batch: step t from its step t, modulo their number; so with the
    prompt, whose first position is taken from the first.
    """
    from_rows, places = _at_home(rows)
    for row, history in enumerate(rows.histories):
        other = (row + 1) % len(rows.histories)
        begin, end = len(history.prompt) - 1, len(history.read)
        its_begin, its_steps = len(rows.histories[other].prompt) - 1, len(rows.histories[other].forced)
        from_rows[row, :end] = other
        places[row, 1:begin] = 1 + torch.arange(max(0, begin - 1)) % max(1, its_begin - 1)
        places[row, begin:end] = its_begin + torch.arange(end - begin) % its_steps
    return from_rows, places


def _at_home(rows: Rows) -> Sources:
    width = max(len(history.read) for history in rows.histories)
    shape = (len(rows.histories), width)
    return torch.arange(shape[0])[:, None].repeat(1, width), torch.arange(width).repeat(shape[0], 1)
