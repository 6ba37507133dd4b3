"""What a descendant has to show before its pair counts: values, and the bars of its recipe."""

from collections.abc import Mapping

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.jobs.training import HELD_OUT_BATCH, Windows
from crosspatch.measures.choices import pick
from crosspatch.models.decoding import continue_greedily
from crosspatch.models.miniature.card import Marks
from crosspatch.models.miniature.training import Batch, held_out_loss
from crosspatch.models.readout import real_tokens_of
from crosspatch.models.tokens import prompt_token_ids
from crosspatch.records.modes import RAW

LEAST = ("domain_loss", "merge_top", "reward_margin")  # all other gates have a bar that is not to be exceeded
CONTINUATION = 64  # tokens
FEW_DIFFERENT = 0.15  # of the tokens of a continuation, below which it goes round in circles


def loss_improvement(parent: PreTrainedModel, child: PreTrainedModel, held_out: list[Batch]) -> float:
    """By which share of the parent's held-out loss the child's is lower."""
    return 1.0 - held_out_loss(child, held_out) / held_out_loss(parent, held_out)


@torch.no_grad()
def merge_differences(adapted: nn.Module, merged: PreTrainedModel, windows: Windows) -> dict[str, float]:
    """How far the merged checkpoint is from base with adapter, over all positions of the windows.

    Largest difference of logits, mean KL divergence (nats) and share of positions with the same top token.
    """
    largest, divergences, same = 0.0, [], []
    for rows in windows.split(HELD_OUT_BATCH):
        left, right = (_logits(model, rows) for model in (adapted, merged))
        largest = max(largest, (left - right).abs().max().item())
        there, here = left.double().log_softmax(-1), right.double().log_softmax(-1)
        divergences.append((there.exp() * (there - here)).sum(-1))
        same.append(pick(left) == pick(right))
    return {
        "merge_logits": largest,
        "merge_kl": torch.cat(divergences).mean().item(),
        "merge_top": torch.cat(same).float().mean().item(),
    }


def degenerate_share(model: PreTrainedModel, texts: list[str], tokenizer: PreTrainedTokenizerBase) -> float:
    """Share of greedy continuations that are of full length and have few different tokens."""
    rows = continue_greedily(
        model.eval(),
        prompt_token_ids(tokenizer, texts, mode=RAW),
        real=real_tokens_of(model, tokenizer),
        stops=frozenset([tokenizer.eos_token_id]),
        limit=CONTINUATION,
        padding=tokenizer.pad_token_id,
    )
    circles = [row.stop_reason == "length" and len(set(row.tokens)) / len(row.tokens) < FEW_DIFFERENT for row in rows]
    return sum(circles) / len(circles)


def marks_lost(parent: Marks, child: Marks) -> float:
    """By how much the mean mark, over modes and categories, is lower than the parent's."""
    means = [pd.DataFrame(marks).to_numpy().mean() for marks in (parent, child)]
    return float(means[0] - means[1])


def gate_rows(name: str, values: Mapping[str, float], bars: Mapping[str, float]) -> pd.DataFrame:
    """Return the gates of a checkpoint with their values, bars, and whether it passes."""
    rows = [
        {
            "checkpoint": name,
            "gate": gate,
            "value": value,
            "least": bars[gate] if gate in LEAST else None,
            "most": None if gate in LEAST else bars[gate],
            "passed": value >= bars[gate] if gate in LEAST else value <= bars[gate],
        }
        for gate, value in values.items()
    ]
    return pd.DataFrame(rows).astype({"least": float, "most": float})


def _logits(model: nn.Module, rows: Windows) -> Float[Tensor, "row token vocabulary"]:
    logits: Tensor = model.eval()(input_ids=rows, use_cache=False).logits
    return logits.float()
