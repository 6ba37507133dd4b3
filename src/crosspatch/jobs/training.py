"""How a miniature checkpoint is pretrained, pretrained further, and tuned."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import torch
from jaxtyping import Int
from torch import Tensor
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.errors import CheckpointError
from crosspatch.models.miniature.shapes import Shape, miniature_config
from crosspatch.models.miniature.training import (
    Batch,
    LossPoint,
    Schedule,
    packed_windows,
    padded_batch,
    response_batches,
    train,
    window_batches,
)
from crosspatch.models.tokens import prompt_token_ids

HELD_OUT_SHARE = 0.01  # of documents and of instruction pairs, for held-out losses
HELD_OUT_BATCH = 32
Windows = Int[Tensor, "row token"]


def pretrain(
    documents: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    architecture: str,
    shape: Mapping[str, int],
    settings: Mapping[str, Any],
    seed: int,
) -> tuple[PreTrainedModel, list[LossPoint]]:
    """Train a base checkpoint from random weights on packed web documents."""
    fix_randomness(seed)
    config = miniature_config(
        architecture, Shape(vocabulary=len(tokenizer), **shape), initializer_range=settings["initializer_range"]
    )
    model = AutoModelForCausalLM.from_config(config)
    title = f"pretraining {architecture}"
    return model, train_on_documents(model, documents, tokenizer, settings=settings, seed=seed, title=title)


def continue_pretraining(
    model: PreTrainedModel,
    documents: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
) -> list[LossPoint]:
    """Train all weights of `model`, in place, on packed web documents in the order of another seed."""
    fix_randomness(seed)
    title = f"pretraining {model.config.model_type} further"
    return train_on_documents(model, documents, tokenizer, settings=settings, seed=seed, title=title)


def train_on_documents(
    model: PreTrainedModel,
    documents: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
    title: str,
    share: float = HELD_OUT_SHARE,
) -> list[LossPoint]:
    """Train `model`, in place, on packed documents but the first `share` of them, on which its loss is taken."""
    unseen, windows = windows_of(documents, tokenizer, window=settings["window"], share=share)
    return train(
        model,
        window_batches(windows, batch=settings["batch"], seed=seed),
        [(rows, rows) for rows in unseen.split(HELD_OUT_BATCH)],
        schedule_of(settings),
        title=title,
    )


def windows_of(
    documents: pd.DataFrame, tokenizer: PreTrainedTokenizerBase, *, window: int, share: float
) -> tuple[Windows, Windows]:
    """Return the packed windows of the first `share` of the documents, which are held out, and those of the others."""
    texts = tokenizer(documents["text"].tolist(), add_special_tokens=False)["input_ids"]
    held_out, training = (
        packed_windows(part, window=window, end=tokenizer.eos_token_id) for part in parted(texts, share)
    )
    return held_out, training


def tune(
    model: PreTrainedModel,
    instructions: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
) -> list[LossPoint]:
    """Tune all weights of `model`, in place, on the responses of instruction pairs."""
    fix_randomness(seed)
    _, training = parted(_tokens_of(instructions, tokenizer), HELD_OUT_SHARE)
    return train(
        model,
        response_batches(training, batch=settings["batch"], padding=tokenizer.pad_token_id, seed=seed),
        [held_out_responses(instructions, tokenizer)],
        schedule_of(settings),
        title=f"tuning {model.config.model_type}",
    )


def held_out_responses(instructions: pd.DataFrame, tokenizer: PreTrainedTokenizerBase) -> Batch:
    """Return the pairs that `tune` holds out of these, as one batch."""
    held_out, _ = parted(_tokens_of(instructions, tokenizer), HELD_OUT_SHARE)
    return padded_batch(held_out, padding=tokenizer.pad_token_id)


def instructions_of(instructions: pd.DataFrame, checkpoint: Mapping[str, Any]) -> pd.DataFrame:
    """Return the instruction pairs that a checkpoint is tuned on: of the categories in its row, or all."""
    categories = checkpoint.get("categories", instructions["category"].unique())
    missing = [category for category in categories if category not in set(instructions["category"])]
    if missing:
        raise CheckpointError(
            f"the instruction pairs have no category {missing[0]!r}, only {sorted(set(instructions['category']))}; "
            "correct categories of the checkpoint"
        )
    return instructions[instructions["category"].isin(categories)]


def prompts_of(pairs: pd.DataFrame, tokenizer: PreTrainedTokenizerBase) -> list[list[int]]:
    """Return the token ids of the prompt of each pair in its mode."""
    return [prompt_token_ids(tokenizer, [pair.prompt], mode=pair.mode)[0] for pair in pairs.itertuples(index=False)]


def ended_tokens(tokenizer: PreTrainedTokenizerBase, responses: pd.Series) -> list[list[int]]:
    """Return the token ids of each response, the end token last."""
    tokens = tokenizer(responses.tolist(), add_special_tokens=False)["input_ids"]
    return [[*response, tokenizer.eos_token_id] for response in tokens]


def _tokens_of(instructions: pd.DataFrame, tokenizer: PreTrainedTokenizerBase) -> list[tuple[list[int], list[int]]]:
    responses = ended_tokens(tokenizer, instructions["response"])
    return list(zip(prompts_of(instructions, tokenizer), responses, strict=True))


def parted(rows: list[Any], share: float) -> tuple[list[Any], list[Any]]:
    """Return the first `share` of the rows, at least one, which are held out, and the others."""
    held_out = max(1, round(share * len(rows)))
    return rows[:held_out], rows[held_out:]


def schedule_of(settings: Mapping[str, Any]) -> Schedule:
    """Return the schedule that the settings of a stage say."""
    own = {name: settings[name] for name in ("steps", "batch", "rate", "weight_decay")}
    return Schedule(**own, stop=settings.get("stop"))


def fix_randomness(seed: int) -> None:
    """Let torch draw from `seed`, and refuse what is not deterministic."""
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)
