"""Low-rank adapters (arXiv 2106.09685) on documents of one domain or on instruction pairs, by peft."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from peft import LoraConfig, PeftConfig, PeftModel, get_peft_model
from safetensors import SafetensorError
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.errors import CheckpointError
from crosspatch.experiments.stages.domains import Domain
from crosspatch.experiments.stages.quiet import known_warnings_ignored
from crosspatch.files.atomic import whole_files
from crosspatch.jobs.training import held_out_batches, train_on_windows, tune
from crosspatch.models.loading import text_stack
from crosspatch.models.miniature.training import LossPoint
from crosspatch.models.randomness import fix_randomness

Trained = tuple[PeftModel, list[LossPoint]]


def adapt_to_domain(
    model: PreTrainedModel,
    domain: Domain,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
) -> Trained:
    """Train an adapter inside `model`, whose own weights stay, on packed documents of one domain."""
    windows = domain.training_windows(tokenizer, settings)
    held_out = held_out_batches(domain.held_out_windows(tokenizer, window=settings["window"]), settings)
    title = f"training an adapter of {model.config.model_type}"
    training = partial(train_on_windows, model, windows, held_out, settings=settings, seed=seed, title=title)
    return _train_inside(model, training, settings=settings, seed=seed)


def adapt_to_instructions(
    model: PreTrainedModel,
    instructions: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
) -> Trained:
    """Train an adapter inside `model`, whose own weights stay, on the responses of instruction pairs."""
    training = partial(tune, model, instructions, tokenizer, settings=settings, seed=seed)
    return _train_inside(model, training, settings=settings, seed=seed)


def _train_inside(
    model: PreTrainedModel, training: Callable[[], list[LossPoint]], *, settings: Mapping[str, Any], seed: int
) -> Trained:
    """Put an adapter into `model`, drawn from `seed`, and run `training`, which only the adapter can follow.

    In mixtures of experts peft puts the adapters of MLPs at the experts and leaves the layers that they share.
    """
    fix_randomness(seed)
    config = LoraConfig(
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        lora_dropout=settings.get("dropout", 0.0),
        target_modules=_chosen(linear_layers(model), settings.get("layers")),
    )
    with known_warnings_ignored():
        adapted = get_peft_model(model, config)
    with _mixed_precision(model), _recomputing(model, settings):
        return adapted, training()


def linear_layers(model: PreTrainedModel) -> list[str]:
    """Return the names of all linear layers inside the blocks: those of attention and of MLPs."""
    blocks = set(text_stack(model).layers.modules())
    return [name for name, module in model.named_modules() if isinstance(module, nn.Linear) and module in blocks]


def save_adapter(adapted: PeftModel, folder: Path, parent: str) -> None:
    """Write the adapter as safetensors with its config, which names the parent and no path."""
    (config,) = adapted.peft_config.values()
    config.base_model_name_or_path = parent
    config.target_modules = sorted(config.target_modules)  # a set, whose order is another in every process
    with whole_files(folder, SafetensorError) as scratch:
        adapted.save_pretrained(scratch, save_embedding_layers=False)


def load_adapter(model: PreTrainedModel, folder: Path, parent: str) -> PeftModel:
    """Return `model`, the checkpoint `parent`, with the adapter in `folder`; the two share the weights of the model.

    CheckpointError if the adapter was trained inside another checkpoint.
    """
    base = PeftConfig.from_pretrained(folder).base_model_name_or_path
    if base != parent:
        raise CheckpointError(
            f"{folder}: this adapter was trained inside {base!r}, not {parent!r}; delete the folder and run again, or "
            "correct the parent of its checkpoint"
        )
    with known_warnings_ignored():
        return PeftModel.from_pretrained(model, folder)


def _chosen(layers: list[str], wanted: Sequence[str] | None) -> list[str]:
    """Return the layers whose last part is wanted (None: all); CheckpointError if there is none of one."""
    if wanted is None:
        return layers
    known = {layer.rpartition(".")[2] for layer in layers}
    missing = [name for name in wanted if name not in known]
    if missing:
        raise CheckpointError(
            f"the blocks have no linear layer {missing[0]!r}, only {sorted(known)}; correct `layers` of the adapter"
        )
    return [layer for layer in layers if layer.rpartition(".")[2] in wanted]


@contextmanager
def _mixed_precision(model: PreTrainedModel) -> Iterator[None]:
    """Let a bfloat16 model compute in bfloat16 also what passes through its adapter, whose weights are float32.

    Nothing is kept in a lower precision from one step to the next: the weights change in between.
    """
    halved = model.dtype == torch.bfloat16
    with torch.autocast(model.device.type, torch.bfloat16, enabled=halved, cache_enabled=False):
        yield


@contextmanager
def _recomputing(model: PreTrainedModel, settings: Mapping[str, Any]) -> Iterator[None]:
    """Keep no activations inside blocks for the backward pass, if the settings say so, but compute them again."""
    if not settings.get("recompute", False):
        yield
        return
    model.activation_checkpointing_enable({"use_reentrant": False})
    yield
    model.activation_checkpointing_disable()
