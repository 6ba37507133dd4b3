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

Logits = Float[Tensor, "row place vocabulary"]
LEAST = ("domain_loss", "merge_top", "merge_in_five", "reward_margin")  # others have a bar not to be exceeded
CONTINUATION = 64  # tokens
FEW = 5  # largest logits
FEW_DIFFERENT = 0.15  # of the tokens of a continuation, below which it goes round in circles


def loss_improvement(parent: PreTrainedModel, child: PreTrainedModel, held_out: list[Batch]) -> float:
    """By which share of the parent's held-out loss the child's is lower."""
    return 1.0 - held_out_loss(child, held_out) / held_out_loss(parent, held_out)


@torch.no_grad()
def merge_differences(
    adapted: nn.Module, merged: PreTrainedModel, windows: Windows, *, last: int = 0
) -> dict[str, float]:
    """How far the merged checkpoint is from base with adapter, over the `last` positions of the windows (0: all).

    Largest and mean difference of logits, largest one among the adapter's five largest, mean KL divergence (nats), and
    shares of positions with the same top token, and whose top token is among the merged checkpoint's five.
    """
    batches = windows.split(HELD_OUT_BATCH)
    parts = [_differences(*(_logits(model, rows, last) for model in (adapted, merged))) for rows in batches]
    whole = {name: torch.cat([part[name].flatten() for part in parts]) for name in parts[0]}
    return {
        name: (values.max() if name in ("merge_logits", "merge_five") else values.mean()).item()
        for name, values in whole.items()
    }


def _differences(left: Logits, right: Logits) -> dict[str, Float[Tensor, "row place"]]:
    apart = (left - right).abs()
    there, here = left.double().log_softmax(-1), right.double().log_softmax(-1)
    top = pick(left)
    fifth = left.sort(dim=-1, descending=True).values[..., FEW - 1, None]
    above = (right > right.gather(-1, top[..., None])).sum(-1)
    return {
        "merge_logits": apart.amax(-1),
        "merge_mean": apart.mean(-1),
        "merge_five": apart.where(left >= fifth, 0.0).amax(-1),
        "merge_kl": (there.exp() * (there - here)).sum(-1),
        "merge_top": (top == pick(right)).float(),
        "merge_in_five": (above < FEW).float(),
    }


def degenerate_share(model: PreTrainedModel, texts: list[str], tokenizer: PreTrainedTokenizerBase) -> float:
    """Share of greedy continuations that are of full length and have few different tokens."""
    rows = continue_greedily(
        model.eval(),
        prompt_token_ids(tokenizer, texts, mode=RAW),
        real=real_tokens_of(model, tokenizer),
        stops=frozenset([tokenizer.eos_token_id]),
        limit=CONTINUATION,
        padding=tokenizer.pad_token_id or 0,
    )
    circles = [row.stop_reason == "length" and len(set(row.tokens)) / len(row.tokens) < FEW_DIFFERENT for row in rows]
    return sum(circles) / len(circles)


def marks_lost(parent: Marks, child: Marks) -> float:
    """By how much the mean mark, over modes and categories, is lower than the parent's."""
    means = [pd.DataFrame(marks).to_numpy().mean() for marks in (parent, child)]
    return float(means[0] - means[1])


def gate_rows(name: str, values: Mapping[str, float], bars: Mapping[str, float]) -> pd.DataFrame:
    """Return the gates of a checkpoint that have a bar, with their values, and whether it passes."""
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
        if gate in bars
    ]
    return pd.DataFrame(rows).astype({"least": float, "most": float})


def _logits(model: nn.Module, rows: Windows, last: int) -> Logits:
    logits: Tensor = model.eval()(input_ids=rows.to(model.device), use_cache=False, logits_to_keep=last).logits
    return logits.float()
