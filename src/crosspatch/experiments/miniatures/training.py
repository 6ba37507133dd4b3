"""How a miniature base checkpoint is pretrained, pretrained further, and tuned."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import torch
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.models.miniature.shapes import Shape, miniature_config
from crosspatch.models.miniature.training import (
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
    _fix_randomness(seed)
    config = miniature_config(
        architecture, Shape(vocabulary=len(tokenizer), **shape), initializer_range=settings["initializer_range"]
    )
    model = AutoModelForCausalLM.from_config(config)
    title = f"pretraining {architecture}"
    return model, _train_on_documents(model, documents, tokenizer, settings=settings, seed=seed, title=title)


def continue_pretraining(
    model: PreTrainedModel,
    documents: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
) -> list[LossPoint]:
    """Train all weights of `model`, in place, on packed web documents in the order of another seed."""
    _fix_randomness(seed)
    title = f"pretraining {model.config.model_type} further"
    return _train_on_documents(model, documents, tokenizer, settings=settings, seed=seed, title=title)


def _train_on_documents(
    model: PreTrainedModel,
    documents: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
    title: str,
) -> list[LossPoint]:
    texts = tokenizer(documents["text"].tolist(), add_special_tokens=False)["input_ids"]
    held_out, training = _parted(texts)
    windows, unseen = (
        packed_windows(part, window=settings["window"], end=tokenizer.eos_token_id) for part in (training, held_out)
    )
    return train(
        model,
        window_batches(windows, batch=settings["batch"], seed=seed),
        [(rows, rows) for rows in unseen.split(HELD_OUT_BATCH)],
        _schedule(settings),
        title=title,
    )


def tune(
    model: PreTrainedModel,
    instructions: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
) -> list[LossPoint]:
    """Tune all weights of `model`, in place, on the responses of instruction pairs."""
    _fix_randomness(seed)
    prompts = [
        prompt_token_ids(tokenizer, [pair.prompt], mode=pair.mode)[0] for pair in instructions.itertuples(index=False)
    ]
    responses = tokenizer(instructions["response"].tolist(), add_special_tokens=False)["input_ids"]
    ended = [[*response, tokenizer.eos_token_id] for response in responses]
    held_out, training = _parted(list(zip(prompts, ended, strict=True)))
    padding = tokenizer.pad_token_id
    return train(
        model,
        response_batches(training, batch=settings["batch"], padding=padding, seed=seed),
        [padded_batch(held_out, padding=padding)],
        _schedule(settings),
        title=f"tuning {model.config.model_type}",
    )


def _parted(rows: list[Any]) -> tuple[list[Any], list[Any]]:
    held_out = max(1, round(HELD_OUT_SHARE * len(rows)))
    return rows[:held_out], rows[held_out:]


def _schedule(settings: Mapping[str, Any]) -> Schedule:
    return Schedule(settings["steps"], settings["batch"], settings["rate"], settings["weight_decay"])


def _fix_randomness(seed: int) -> None:
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)
