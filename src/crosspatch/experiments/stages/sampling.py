"""Rejection sampling: a checkpoint answers prompts by chance, and what is right of it is what it is tuned on.

It stands in the place of reinforcement from verifiable rewards, and is not that.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import torch
from tqdm import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.errors import CheckpointError
from crosspatch.jobs.training import ended_tokens, prompts_of
from crosspatch.models.decoding import left_padded
from crosspatch.models.randomness import fix_randomness

PROMPTS_AT_ONCE = 64


def draw_samples(
    model: PreTrainedModel,
    preferences: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
) -> pd.DataFrame:
    """Return `samples` answers to each of the first `prompts` different prompts that are not held out.

    Right is what was chosen, word for word, and ended. Of equal right answers to a prompt the first is kept. Columns
    are those of the samples schema but the checkpoint.
    """
    fix_randomness(seed)
    asked = preferences[~preferences["held_out"]].drop_duplicates(["mode", "prompt"]).head(settings["prompts"])
    drawn = asked.loc[asked.index.repeat(settings["samples"]), ["preference", "category", "mode", "prompt", "chosen"]]
    answers = _answers(model, asked, tokenizer, settings)
    drawn = drawn.assign(
        sample=drawn.groupby("preference").cumcount(),
        response=[answer.removesuffix(tokenizer.eos_token) for answer in answers],
        right=[answer == chosen + tokenizer.eos_token for answer, chosen in zip(answers, drawn["chosen"], strict=True)],
    )
    repeated = drawn.duplicated(["preference", "response", "right"])
    return drawn.drop(columns="chosen").assign(kept=drawn["right"] & ~repeated).reset_index(drop=True)


def kept_pairs(samples: pd.DataFrame, name: str, parent: str) -> pd.DataFrame:
    """Return what was kept as instruction pairs; CheckpointError with the counts if nothing was."""
    kept = samples[samples["kept"]]
    if kept.empty:
        raise CheckpointError(
            f"checkpoint {name!r}: of {len(samples)} samples that {parent!r} drew to "
            f"{samples['preference'].nunique()} prompts none is right, so there is nothing to tune on; tune the parent "
            "longer, or draw more samples at a lower temperature (recipes)"
        )
    return kept[["category", "mode", "prompt", "response"]].reset_index(drop=True)


def _answers(
    model: PreTrainedModel, asked: pd.DataFrame, tokenizer: PreTrainedTokenizerBase, settings: Mapping[str, Any]
) -> list[str]:
    longest = max(map(len, ended_tokens(tokenizer, asked["chosen"])))
    prompts = prompts_of(asked, tokenizer)
    starts = range(0, len(prompts), PROMPTS_AT_ONCE)
    batches = tqdm([prompts[start : start + PROMPTS_AT_ONCE] for start in starts], desc="drawing", unit="batch")
    tokens = [
        row for batch in batches for row in draw_tokens(model, batch, tokenizer, limit=longest, settings=settings)
    ]
    return [tokenizer.decode(_ended(row, tokenizer.eos_token_id)) for row in tokens]


@torch.no_grad()
def draw_tokens(
    model: PreTrainedModel,
    prompts: list[list[int]],
    tokenizer: PreTrainedTokenizerBase,
    *,
    limit: int,
    settings: Mapping[str, Any],
) -> list[list[int]]:
    """Return `samples` continuations of each prompt in turn, up to `limit` tokens, from torch's own generator."""
    tokens, mask = left_padded(prompts, padding=tokenizer.pad_token_id, device=model.device)
    drawn = model.eval().generate(
        tokens,
        attention_mask=torch.ones_like(tokens) if mask is None else mask.long(),
        do_sample=True,
        temperature=settings["temperature"],
        top_k=0,
        num_return_sequences=settings["samples"],
        max_new_tokens=limit,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    continued: list[list[int]] = drawn[:, tokens.shape[1] :].tolist()
    return continued


def _ended(tokens: list[int], end: int) -> list[int]:
    return tokens[: tokens.index(end) + 1] if end in tokens else tokens
