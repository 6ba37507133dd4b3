"""Low-rank adapters (arXiv 2106.09685) on documents of some kinds, by peft."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors import SafetensorError
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.errors import CheckpointError
from crosspatch.experiments.stages.quiet import known_warnings_ignored
from crosspatch.files.atomic import whole_files
from crosspatch.jobs.training import Windows, fix_randomness, train_on_documents, windows_of
from crosspatch.models.loading import text_stack
from crosspatch.models.miniature.training import LossPoint

SHARE = 0.2  # of the documents of a domain, which are few, for held-out losses


def train_adapter(
    model: PreTrainedModel,
    documents: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
) -> tuple[PeftModel, list[LossPoint]]:
    """Train an adapter inside `model`, whose own weights stay, on packed documents of one domain.

    In mixtures of experts peft puts the adapters of MLPs at the experts and leaves the layers that they share.
    """
    fix_randomness(seed)
    config = LoraConfig(r=settings["rank"], lora_alpha=settings["alpha"], target_modules=linear_layers(model))
    with known_warnings_ignored():
        adapted = get_peft_model(model, config)
    title = f"training an adapter of {model.config.model_type}"
    curve = train_on_documents(model, documents, tokenizer, settings=settings, seed=seed, title=title, share=SHARE)
    return adapted, curve


def linear_layers(model: PreTrainedModel) -> list[str]:
    """Return the names of all linear layers inside the blocks: those of attention and of MLPs."""
    blocks = set(text_stack(model).layers.modules())
    return [name for name, module in model.named_modules() if isinstance(module, nn.Linear) and module in blocks]


def documents_of(documents: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """Return the documents of some kinds; CheckpointError if the world wrote none of one."""
    missing = [kind for kind in kinds if kind not in set(documents["kind"])]
    if missing:
        raise CheckpointError(
            f"the world has no document of kind {missing[0]!r}, only {sorted(set(documents['kind']))}; let it "
            "write more documents (recipes), or name another kind"
        )
    return documents[documents["kind"].isin(kinds)]


def held_out_windows(documents: pd.DataFrame, tokenizer: PreTrainedTokenizerBase, *, window: int) -> Windows:
    """Return the packed windows of a domain that no adapter was trained on; CheckpointError if they fill none."""
    held_out, _ = windows_of(documents, tokenizer, window=window, share=SHARE)
    if len(held_out) == 0:
        raise CheckpointError(
            f"{len(documents)} documents of a domain are too few for one held-out window of {window} tokens; let the "
            "world write more (recipes)"
        )
    return held_out


def save_adapter(adapted: PeftModel, folder: Path, parent: str) -> None:
    """Write the adapter as safetensors with its config, which names the parent and no path."""
    (config,) = adapted.peft_config.values()
    config.base_model_name_or_path = parent
    config.target_modules = sorted(config.target_modules)  # a set, whose order is another in every process
    with whole_files(folder, SafetensorError) as scratch:
        adapted.save_pretrained(scratch, save_embedding_layers=False)


def load_adapter(model: PreTrainedModel, folder: Path) -> PeftModel:
    """Return `model` with the adapter that was saved in `folder`; the two share the weights of the model."""
    with known_warnings_ignored():
        return PeftModel.from_pretrained(model, folder)
