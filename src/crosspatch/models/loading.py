"""Checkpoints, or just a part of one, as torch modules; only the tensors of the part are read."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn
from transformers import AutoModelForCausalLM, PretrainedConfig, PreTrainedModel

from crosspatch.errors import CheckpointError
from crosspatch.models.architectures import Architecture, architecture_of
from crosspatch.models.configs import read_config
from crosspatch.models.devices import check_device
from crosspatch.models.instructions import check_kernels
from crosspatch.models.kernels import pack_linears


@dataclass(frozen=True)
class Placement:
    """Where and how weights live: torch device, dtype (`checkpoint` keeps the published one), attention kernel, the
    kernels of linear layers (`models.kernels.KERNELS`), and whether CPU kernels are those of this processor or pinned.
    """

    device: str
    dtype: str
    attention: str
    linear: str = "torch"
    kernels: str = "native"


@dataclass(frozen=True)
class Part:
    """Which modules of a checkpoint to load: a range of blocks, the token embedding, final norm with unembedding."""

    blocks: range = range(0)
    embedding: bool = False
    readout: bool = False


class Absent(nn.Module):
    """Stands where a module was left out; passes its first argument through."""

    def forward(self, states: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:  # noqa: ANN401
        """Return `states` unchanged."""
        return states


def load_model(folder: Path, placement: Placement) -> PreTrainedModel:
    """Load a whole checkpoint for decoding or for reference passes."""
    config = read_config(folder)
    return _load(AutoModelForCausalLM, folder, config, placement, architecture_of(config.model_type))


def load_part(folder: Path, part: Part, placement: Placement) -> PreTrainedModel:
    """Load `part` of a checkpoint through transformers' own loader, which renames, fuses and ties as for the whole.

    The model is built without memory, every module outside the part is replaced by `Absent` before the loader
    asks for tensors, and blocks keep their absolute index. Raises CheckpointError if a tensor of the part is missing.
    """
    config = read_config(folder)
    row = architecture_of(config.model_type)
    whole = AutoModelForCausalLM._model_mapping[type(config)]
    kept = Part(
        part.blocks, part.embedding or (part.readout and config.get_text_config().tie_word_embeddings), part.readout
    )

    def cut_init(self: PreTrainedModel, config: PretrainedConfig) -> None:
        whole.__init__(self, config)
        _cut(self, row, kept)

    # Named like the whole class: transformers finds its checkpoint conversions by class and model type.
    ties = getattr(whole, "_tied_weights_keys", None) if kept.readout else None
    attributes = {
        "__init__": cut_init,
        "__module__": whole.__module__,
        "_tied_weights_keys": ties,
        "_keys_to_ignore_on_load_unexpected": [".*"],  # tensors outside the part are no news
    }
    return _load(type(whole.__name__, (whole,), attributes), folder, config, placement, row)


def text_stack(model: PreTrainedModel) -> nn.Module:
    """Return the module that holds `embed_tokens`, `layers` and `norm`."""
    return model.get_submodule(architecture_of(model.config.model_type).stack)


def blocks_as_stack(model: PreTrainedModel, blocks: range) -> nn.Module:
    """Return a view of the text stack that runs only `blocks` and returns the residual stream, not the normed state.

    The view shares weights and leaves `model` as it is. It is called with `input_ids` or `inputs_embeds`, so that
    masks, rotary embedding and sliding windows stay the library's own.
    """
    stack = text_stack(model)
    view = stack.__class__.__new__(stack.__class__)
    view.__dict__ = dict(stack.__dict__)
    view.__dict__["_modules"] = dict(stack._modules)
    view._modules["layers"] = nn.ModuleList(stack.layers[index] for index in blocks)
    view._modules["norm"] = Absent()
    view.__dict__["config"] = _config_of_blocks(stack.config, blocks)
    return view


def _config_of_blocks(config: PretrainedConfig, blocks: range) -> PretrainedConfig:
    # The library looks layer types up by loop position; with the wrong list windows fall on the wrong blocks, silently.
    sliced = copy.copy(config)
    if getattr(config, "layer_types", None) is not None:
        sliced.layer_types = [config.layer_types[index] for index in blocks]
    return sliced


def _cut(model: PreTrainedModel, row: Architecture, part: Part) -> None:
    stack_parent, _, stack_name = row.stack.rpartition(".")
    for name, _ in list(model.get_submodule(stack_parent).named_children()):
        if stack_parent and name != stack_name:
            setattr(model.get_submodule(stack_parent), name, Absent())
    stack = model.get_submodule(row.stack)
    for index in set(range(len(stack.layers))) - set(part.blocks):
        stack.layers[index] = Absent()
    if not part.embedding:
        stack.embed_tokens = Absent()
    if not part.readout:
        stack.norm = Absent()
        model.lm_head = Absent()


def _load(
    model_class: Any,  # noqa: ANN401 - a model class or an Auto class
    folder: Path,
    config: PretrainedConfig,
    placement: Placement,
    row: Architecture,
) -> PreTrainedModel:
    check_device(placement.device)
    check_kernels(placement.kernels)
    dtype = "auto" if placement.dtype == "checkpoint" else getattr(torch, placement.dtype)
    try:
        model, report = model_class.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            device_map={"": placement.device},
            attn_implementation=placement.attention,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # only so that the report below can name them
            **row.load_options,
        )
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{folder}: no usable safetensors weights ({error}); fetch the checkpoint again"
        ) from error
    for fault, names in (
        ("are missing", report["missing_keys"]),
        ("do not have the shape that config.json says", {name for name, *_ in report["mismatched_keys"]}),
    ):
        if names:
            raise CheckpointError(
                f"{folder}: {len(names)} tensors {fault}, first {min(names)!r}; fetch the checkpoint again"
            )
    if placement.linear == "onednn":
        pack_linears(model.get_submodule(row.stack).layers)
    return model.eval()
