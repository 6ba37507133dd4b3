"""How a checkpoint is pretrained, pretrained further, and tuned."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
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
from crosspatch.models.randomness import fix_randomness
from crosspatch.models.tokens import prompt_token_ids

HELD_OUT_SHARE = 0.01  # of documents and of instruction pairs, for held-out losses
HELD_OUT_BATCH = 32
FURTHER = (
    "warm_up_share",
    "final_share",
    "betas",
    "clip",
    "evaluate_every",
    "stop",
)  # of a schedule, which settings may say
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
) -> list[LossPoint]:
    """Train `model`, in place, on packed documents but the first of them, on which its loss is taken."""
    parts = parted(documents["text"].tolist(), HELD_OUT_SHARE)
    unseen, windows = (windows_of(texts, tokenizer, window=settings["window"]) for texts in parts)
    held_out = held_out_batches(unseen, settings)
    return train_on_windows(model, windows, held_out, settings=settings, seed=seed, title=title)


def train_on_windows(
    model: PreTrainedModel,
    windows: Windows,
    held_out: list[Batch],
    *,
    settings: Mapping[str, Any],
    seed: int,
    title: str,
) -> list[LossPoint]:
    """Train `model`, in place, on packed windows, and take its loss on held-out ones."""
    batches = window_batches(windows, batch=settings["batch"], seed=seed)
    return train(model, batches, held_out, schedule_of(settings), title=title)


def windows_of(texts: list[str], tokenizer: PreTrainedTokenizerBase, *, window: int) -> Windows:
    """Return texts as packed windows, each text after an end token and none after an opening one."""
    tokens = tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []
    return packed_windows(tokens, window=window, end=tokenizer.eos_token_id)


def held_out_batches(windows: Windows, settings: Mapping[str, Any]) -> list[Batch]:
    """Return held-out windows, as many as the settings allow, in the batches in which a loss is taken on them."""
    taken = windows[: settings.get("held_out_windows")]
    return [(rows, rows) for rows in taken.split(settings.get("held_out_batch", HELD_OUT_BATCH))]


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
    further = {name: settings[name] for name in FURTHER if name in settings}
    return Schedule(settings["steps"], settings["batch"], settings["rate"], settings["weight_decay"], **further)
