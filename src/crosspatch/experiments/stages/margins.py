"""Preference pairs as tokens, and how much more probable a checkpoint finds what was chosen than what was rejected."""

from dataclasses import dataclass

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.jobs.training import HELD_OUT_BATCH, ended_tokens, prompts_of
from crosspatch.models.miniature.training import IGNORED, padded_batch


@dataclass(frozen=True)
class Preference:
    """One preference pair as token ids; both responses end in the end token."""

    prompt: list[int]
    chosen: list[int]
    rejected: list[int]


def preferences_of(pairs: pd.DataFrame, tokenizer: PreTrainedTokenizerBase) -> list[Preference]:
    """Return the tokens of each pair, cut between prompt and response as in instruction tuning."""
    parts = (
        prompts_of(pairs, tokenizer),
        ended_tokens(tokenizer, pairs["chosen"]),
        ended_tokens(tokenizer, pairs["rejected"]),
    )
    return [Preference(*row) for row in zip(*parts, strict=True)]


def margins(model: PreTrainedModel, pairs: list[Preference], *, padding: int) -> Float[Tensor, " pair"]:
    """Log-probability of what was chosen less that of what was rejected, each summed over its tokens, in nats."""
    chosen = log_probabilities(model, [(pair.prompt, pair.chosen) for pair in pairs], padding=padding)
    rejected = log_probabilities(model, [(pair.prompt, pair.rejected) for pair in pairs], padding=padding)
    return chosen - rejected


@torch.no_grad()
def log_probabilities(
    model: PreTrainedModel, pairs: list[tuple[list[int], list[int]]], *, padding: int
) -> Float[Tensor, " pair"]:
    """Log-probability of each response after its prompt, summed over its tokens, in nats."""
    model.eval()
    parts = []
    for start in range(0, len(pairs), HELD_OUT_BATCH):
        tokens, labels = padded_batch(pairs[start : start + HELD_OUT_BATCH], padding=padding)
        logits = model(input_ids=tokens, use_cache=False).logits[:, :-1].float()
        losses = nn.functional.cross_entropy(
            logits.transpose(1, 2), labels[:, 1:], ignore_index=IGNORED, reduction="none"
        )
        parts.append(-losses.sum(dim=1))
    return torch.cat(parts)


def preference_loss(gained: Float[Tensor, " pair"], beta: float) -> float:
    """Mean loss of direct preference optimisation, in nats per pair; `gained` is a margin less its reference's."""
    return -nn.functional.logsigmoid(beta * gained).mean().item()
