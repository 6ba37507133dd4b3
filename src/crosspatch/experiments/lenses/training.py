"""Training of a tuned lens: the maps of all blocks at once, each towards what the frozen checkpoint predicts."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from crosspatch.errors import MeasurementError
from crosspatch.experiments.lenses.passes import (
    Frozen,
    final_log_probabilities,
    log_probabilities,
    parts,
    states_of_blocks,
)
from crosspatch.experiments.lenses.quality import held_out_losses
from crosspatch.experiments.lenses.texts import Step, tokens_of
from crosspatch.models.lens import Lens, moved, raw_lens

CLIP = 1.0  # largest norm of the gradient of one block's map
MOMENTUM = 0.9
Losses = Float[Tensor, " block"]
"""Mean KL(final || lens) over tokens, in nats."""


@dataclass(frozen=True)
class Schedule:
    """Number of steps, rate of the first (it falls to 0 in a straight line), steps between two held-out losses."""

    steps: int
    rate: float
    evaluate_every: int

    def rate_at(self, step: int) -> float:
        """Rate of a step, counted from 1."""
        return self.rate * (1 - (step - 1) / self.steps)

    def evaluates(self, step: int) -> bool:
        """Whether held-out losses are taken after a step: the first, every so many, and the last."""
        return step in (1, self.steps) or step % self.evaluate_every == 0


@dataclass(frozen=True)
class LensPoint:
    """Losses at one step; `quantity` is `training` (of that step's tokens, before it) or `held_out` (after it)."""

    step: int
    quantity: str
    losses: Losses


@dataclass
class Best:
    """Of each block the map with the least held-out loss so far; of equal ones the first."""

    lens: Lens
    losses: Losses = field(init=False)

    def __post_init__(self) -> None:
        self.losses = torch.full((len(self.lens.weight),), float("inf"), device=self.lens.weight.device)

    def meet(self, weight: Tensor, bias: Tensor, losses: Losses) -> None:
        """Take the maps of the blocks whose losses are less than any before."""
        better = losses < self.losses
        self.losses = torch.where(better, losses, self.losses)
        self.lens.weight[better], self.lens.bias[better] = weight[better], bias[better]


def train_lens(
    checkpoint: Frozen, steps: Iterator[Step], choosing: Step, schedule: Schedule
) -> tuple[Lens, list[LensPoint]]:
    """Train from the identity; return of every block the map of its best step, on the CPU, and all losses.

    Best is least held-out loss on `choosing`, after one step at least: a map that is worse than none is returned too.
    MeasurementError, naming the block, if no held-out loss of a map is finite.
    """
    maps = _raw_maps(checkpoint)
    weight, bias = maps.weight.requires_grad_(), maps.bias.requires_grad_()
    optimizer = torch.optim.SGD([weight, bias], lr=schedule.rate, momentum=MOMENTUM, nesterov=True)
    best = Best(_raw_maps(checkpoint))
    curve = [LensPoint(0, "held_out", held_out_losses(checkpoint, best.lens, choosing))]
    progress = tqdm(range(1, schedule.steps + 1), desc="lens", unit="step", mininterval=5.0)
    for step in progress:
        optimizer.param_groups[0]["lr"] = schedule.rate_at(step)
        optimizer.zero_grad(set_to_none=True)
        training = add_gradients(checkpoint, Lens(weight, bias), next(steps))
        clip(weight, bias)
        optimizer.step()
        if schedule.evaluates(step):
            held_out = held_out_losses(checkpoint, Lens(weight.detach(), bias.detach()), choosing)
            best.meet(weight.detach(), bias.detach(), held_out)
            curve += [LensPoint(step, "training", training), LensPoint(step, "held_out", held_out)]
            progress.set_postfix(kl=f"{held_out.mean().item():.3f}")
    _check_finite(best, schedule)
    return best.lens.to("cpu"), curve


def add_gradients(checkpoint: Frozen, lens: Lens, step: Step) -> Losses:
    """Add the gradients of the losses of every block to those of its map, and return the losses.

    The blocks run once; logits of one block at a time are there. The gradient of KL(final || lens) in the logits of
    the lens is the difference of the two distributions.
    """
    losses = torch.zeros(len(checkpoint.blocks), device=checkpoint.device)
    tokens = tokens_of(step)
    for batch in step:
        for states in parts(checkpoint, states_of_blocks(checkpoint, batch)):
            final = final_log_probabilities(checkpoint, states)
            probabilities = final.exp()
            certainty = (probabilities * final).sum()
            for block, state in enumerate(states):
                logits = checkpoint.readout.traced_logits(moved(state, lens.weight[block], lens.bias[block]))
                own = log_probabilities(checkpoint, logits)
                losses[block] += (certainty - (probabilities * own).sum()) / tokens
                logits.backward((own.exp_() - probabilities).div_(tokens).to(logits.dtype))
    return losses.clamp_(min=0)


def clip(*maps: Float[Tensor, "block ..."]) -> None:
    """Shorten the gradient of each block's map, of its weight and bias together, to CLIP where it is longer."""
    gradients = [one.grad for one in maps if one.grad is not None]
    norms = [torch.linalg.vector_norm(gradient.flatten(1), dim=1) for gradient in gradients]
    sizes = torch.linalg.vector_norm(torch.stack(norms), dim=0)
    shares = (CLIP / sizes).clamp(max=1)  # 1 where there is no gradient
    for gradient in gradients:
        gradient.mul_(shares.view(-1, *[1] * (gradient.ndim - 1)))


def _check_finite(best: Best, schedule: Schedule) -> None:
    lost = (~best.losses.isfinite()).nonzero().flatten().tolist()
    if lost:
        raise MeasurementError(
            f"lens of block {lost[0]}: no held-out loss of {schedule.steps} steps is finite at rate {schedule.rate:g}; "
            "lower lenses/rate, or look for damaged weights"
        )


def _raw_maps(checkpoint: Frozen) -> Lens:
    return raw_lens(len(checkpoint.blocks), checkpoint.width).to(str(checkpoint.device))
