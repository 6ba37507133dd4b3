"""Passes of a host under every arm; blocks below a window are the host's own and run once for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import PreTrainedModel

from crosspatch.experiments.grafts.arms import Arm, Rows
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.passes import History, PassStates, embedded, run_blocks, run_pass, steps_of
from crosspatch.models.grafts import placed
from crosspatch.models.loading import text_stack


@dataclass(frozen=True)
class GraftedPass:
    """What an arm's blocks leave and add at the steps, from block `first` on; those before it are the host's."""

    first: int
    states: PassStates


@dataclass(frozen=True)
class HostPasses:
    """The host's own pass, and that of every arm that could be run, by its place among the arms."""

    own: PassStates
    arms: Mapping[int, GraftedPass]


@torch.inference_mode()
def run_arms(host: PreTrainedModel, rows: Rows, arms: Sequence[Arm]) -> HostPasses:
    """Run the host as it is and under every arm, once each, over the histories of `rows`.

    Arms are run in the order of their first blocks: the state of all positions that enters it is advanced through the
    host's own blocks meanwhile, so that one such state is held besides that of the running pass.
    """
    depth, keep = len(text_stack(host).layers), steps_of(rows.histories, host.device)
    entering, reached = embedded(host, rows.histories), 0
    own: list[PassStates] = []
    found: dict[int, GraftedPass] = {}
    for place, arm in sorted(enumerate(arms), key=lambda one: one[1].first):
        mlps = arm.edit(rows)
        if mlps is None:
            continue
        if arm.first > reached:
            entering, passed = run_blocks(host, range(reached, arm.first), entering, keep)
            own.append(passed)
            reached = arm.first
        with placed(host, mlps):
            found[place] = GraftedPass(arm.first, run_blocks(host, range(arm.first, depth), entering, keep)[1])
    own.append(run_blocks(host, range(reached, depth), entering, keep)[1])
    return HostPasses(joined(own), found)


def joined(parts: Sequence[PassStates]) -> PassStates:
    """Return consecutive blocks as one pass."""
    names = parts[0].cosines
    cosines = {name: torch.cat([part.cosines[name] for part in parts]) for name in names}
    return PassStates([states for part in parts for states in part.blocks], cosines)


def run_other(
    model: PreTrainedModel, histories: Sequence[History], batches: Mapping[str, str | int]
) -> list[Float[Tensor, "step d_model"]]:
    """Return the states after each block of the other checkpoint's own pass, step after step of history after history.

    Its prompts have other lengths than the host's, so that it has a batch plan of its own.
    """
    planned = plan_batches([len(history.read) for history in histories], **batches)
    passes = [run_pass(model, [histories[row] for row in batch]).blocks for batch in planned]
    places = _steps(histories, (row for batch in planned for row in batch))
    order = torch.tensor(sorted(range(len(places)), key=places.__getitem__), device=model.device)
    return [torch.cat(parts)[order] for parts in zip(*passes, strict=True)]


def _steps(histories: Sequence[History], rows: Iterable[int]) -> list[int]:
    """Places that the steps of some rows have among those of all histories."""
    starts = [0]
    for history in histories:
        starts.append(starts[-1] + len(history.forced))
    return [step for row in rows for step in range(starts[row], starts[row + 1])]
