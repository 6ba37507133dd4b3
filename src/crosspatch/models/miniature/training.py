"""Pretraining and instruction tuning of miniature checkpoints: one thread, one seed, the same bytes every time."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from tqdm import tqdm
from transformers import PreTrainedModel

IGNORED = -100  # label of positions without loss, as torch.nn.functional.cross_entropy has it
SORTED_BATCHES = 8


@dataclass(frozen=True)
class Schedule:
    """How long and how fast: AdamW with linear warm-up and cosine decay to `final_share` of the peak rate.

    clip: largest norm of the gradient; stop: step after which nothing more is done, for a checkpoint on the way, with
    the rates of the whole.
    """

    steps: int
    batch: int
    rate: float
    weight_decay: float
    warm_up_share: float = 0.05
    final_share: float = 0.1
    evaluate_every: int = 100
    betas: Sequence[float] = (0.9, 0.95)
    clip: float = 1.0
    stop: int | None = None

    @property
    def last(self) -> int:
        """Last step that is taken."""
        return self.steps if self.stop is None else self.stop


@dataclass(frozen=True)
class LossPoint:
    """One point of a loss curve: `quantity` is `training` or `held_out`, `loss` in nats per token (or pair)."""

    step: int
    quantity: str
    loss: float


Batch = tuple[Int[Tensor, "row token"], Int[Tensor, "row token"]]  # token ids, labels


def packed_windows(documents: list[list[int]], *, window: int, end: int) -> Int[Tensor, "row token"]:
    """Join documents, each preceded by `end`, and cut the stream into rows of `window` tokens."""
    stream = [token for document in documents for token in (end, *document)]
    rows = len(stream) // window
    return torch.tensor(stream[: rows * window], dtype=torch.long).view(rows, window)


def window_batches(windows: Int[Tensor, "row token"], *, batch: int, seed: int) -> Iterator[Batch]:
    """Yield shuffled batches of windows for ever; labels are the tokens themselves."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(windows), generator=generator)
        for start in range(0, len(order) - batch + 1, batch):
            rows = windows[order[start : start + batch]]
            yield rows, rows


def response_batches(
    pairs: list[tuple[list[int], list[int]]], *, batch: int, padding: int, seed: int
) -> Iterator[Batch]:
    """Yield shuffled, right-padded batches of (prompt, response) token ids for ever; only responses have labels.

    Of every `SORTED_BATCHES` batches, pairs of similar length are put together, since padding costs time.
    """
    generator = torch.Generator().manual_seed(seed)
    lengths = [len(prompt) + len(response) for prompt, response in pairs]
    while True:
        order = torch.randperm(len(pairs), generator=generator).tolist()
        stretches = (sorted(part, key=lengths.__getitem__) for part in _parts(order, SORTED_BATCHES * batch))
        batches = [rows for stretch in stretches for rows in _parts(stretch, batch) if len(rows) == batch]
        for place in torch.randperm(len(batches), generator=generator).tolist():
            yield padded_batch([pairs[index] for index in batches[place]], padding=padding)


def _parts(rows: list[int], size: int) -> list[list[int]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def padded_batch(pairs: list[tuple[list[int], list[int]]], *, padding: int) -> Batch:
    """Right-pad (prompt, response) pairs to one width; labels are IGNORED outside the responses."""
    width = max(len(prompt) + len(response) for prompt, response in pairs)
    tokens = torch.full((len(pairs), width), padding)
    labels = torch.full((len(pairs), width), IGNORED)
    for row, (prompt, response) in enumerate(pairs):
        both = len(prompt) + len(response)
        tokens[row, :both] = torch.tensor(prompt + response)
        labels[row, len(prompt) : both] = torch.tensor(response)
    return tokens, labels


def train(
    model: PreTrainedModel, batches: Iterator[Batch], held_out: list[Batch], schedule: Schedule, *, title: str
) -> list[LossPoint]:
    """Train `model` in place and return its loss curves; a progress bar named `title` shows the running loss."""
    optimizer = _adamw(model, schedule)
    curve = [LossPoint(0, "held_out", held_out_loss(model, held_out))]
    progress = tqdm(range(1, schedule.last + 1), desc=title, unit="step", mininterval=5.0)
    for step in progress:
        _set_rate(optimizer, schedule, step)
        loss = _one_step(model, next(batches), optimizer, clip=schedule.clip)
        if step % schedule.evaluate_every == 0 or step == schedule.last:
            progress.set_postfix(loss=f"{loss:.3f}")
            curve.append(LossPoint(step, "training", loss))
            curve.append(LossPoint(step, "held_out", held_out_loss(model, held_out)))
    return curve


def cast_weights(model: PreTrainedModel, dtype: str) -> PreTrainedModel:
    """Return `model` with its weights cast, in place, to the dtype that they are stored in.

    Buffers (rotary frequencies) are not stored and keep theirs, so that the model runs as its checkpoint will.
    """
    for parameter in model.parameters():
        parameter.data = parameter.data.to(getattr(torch, dtype))
    return model


def next_token_loss(model: PreTrainedModel, batch: Batch) -> Float[Tensor, ""]:
    """Mean cross-entropy of the labelled next tokens, in nats per token."""
    tokens, labels = (part.to(model.device) for part in batch)
    logits = model(input_ids=tokens, use_cache=False).logits[:, :-1]
    return nn.functional.cross_entropy(logits.flatten(0, 1).float(), labels[:, 1:].flatten(), ignore_index=IGNORED)


@torch.no_grad()
def held_out_loss(model: PreTrainedModel, batches: list[Batch]) -> float:
    """Mean of `next_token_loss` over the held-out batches, in nats per token."""
    model.eval()
    return sum(next_token_loss(model, batch).item() for batch in batches) / len(batches)


def _one_step(model: PreTrainedModel, batch: Batch, optimizer: torch.optim.Optimizer, *, clip: float) -> float:
    model.train()
    loss = next_token_loss(model, batch)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return loss.item()


def _adamw(model: PreTrainedModel, schedule: Schedule) -> torch.optim.AdamW:
    parameters = list(model.parameters())
    matrices = [parameter for parameter in parameters if parameter.ndim >= 2]
    vectors = [parameter for parameter in parameters if parameter.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": schedule.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=schedule.rate, betas=tuple(schedule.betas), fused=True)


def _set_rate(optimizer: torch.optim.Optimizer, schedule: Schedule, step: int) -> None:
    warm_up = max(1, round(schedule.warm_up_share * schedule.steps))
    if step <= warm_up:
        share = step / warm_up
    else:
        done = (step - warm_up) / max(1, schedule.steps - warm_up)
        share = schedule.final_share + (1 - schedule.final_share) * 0.5 * (1 + math.cos(math.pi * done))
    for group in optimizer.param_groups:
        group["lr"] = schedule.rate * share
