"""Hybrids of weights: a host checkpoint with the MLPs of a donor in some of its blocks.

The host keeps its attention, norms and residual stream; a grafted MLP is fed the host's own MLP input at every position
(arXiv 2605.07284, appendix D). `mlp` is the block's whole submodule: of mixtures of experts, router and experts.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn
from transformers import PreTrainedModel

from crosspatch.errors import CheckpointError
from crosspatch.models.configs import text_config
from crosspatch.models.loading import Part, Placement, load_part, text_stack

Mlps = Mapping[int, nn.Module]  # MLP modules by the index of their block
_SHELF = torch.device("cpu")


def load_host(folder: Path, placement: Placement) -> PreTrainedModel:
    """Load the text stack of the checkpoint in `folder` with embedding and readout, and nothing beside it."""
    blocks = range(text_config(folder).num_hidden_layers)
    return load_part(folder, Part(blocks, embedding=True, readout=True), placement)


def load_mlps(folder: Path, blocks: Collection[int], placement: Placement) -> dict[int, nn.Module]:
    """Load the MLPs of some blocks into main memory, from where `grafted` moves them one by one."""
    part = Part(range(min(blocks), max(blocks) + 1))
    layers = text_stack(load_part(folder, part, replace(placement, device=_SHELF.type))).layers
    return {index: layers[index].mlp for index in sorted(blocks)}


def load_donor(folder: Path, name: str, host: Mlps, blocks: Collection[int], placement: Placement) -> Mlps:
    """Load the MLPs of some blocks of another checkpoint to where a host is.

    Raises CheckpointError, naming the donor, if its depth or the shapes of its MLPs are not those of the host.
    """
    depth = text_config(folder).num_hidden_layers
    if depth != len(host):
        raise CheckpointError(
            f"donor {name!r} has {depth} blocks and the host {len(host)}; name donors of the host's architecture"
        )
    mlps = {index: mlp.to(placement.device) for index, mlp in load_mlps(folder, blocks, placement).items()}
    for index, mlp in mlps.items():
        if _shapes(mlp) != _shapes(host[index]):
            raise CheckpointError(
                f"donor {name!r}: the MLP of block {index} has weights of the shapes {_shapes(mlp)}, and the host's of "
                f"{_shapes(host[index])}; name donors of the host's architecture"
            )
    return mlps


def _shapes(module: nn.Module) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in module.parameters()]


@contextmanager
def placed(host: PreTrainedModel, mlps: Mlps) -> Iterator[None]:
    """Run `host`, and every view of it, with `mlps`, which are on its device, in the place of its own; restored on
    leaving. Nothing is moved between devices.
    """
    layers = text_stack(host).layers
    own = {index: layers[index].mlp for index in mlps}
    try:
        _place(layers, mlps)
        yield
    finally:
        _place(layers, own)


def mlps_of(model: PreTrainedModel) -> dict[int, nn.Module]:
    """Return the MLPs of all blocks, as they are."""
    return {index: layer.mlp for index, layer in enumerate(text_stack(model).layers)}


@contextmanager
def grafted(host: PreTrainedModel, mlps: Mlps) -> Iterator[None]:
    """Run `host`, and every view of it, with `mlps` in the place of its own; restored on leaving.

    Each MLP that comes to the host's device sends the host's own to main memory, so that the hybrid needs no more of
    the device than the host does.
    """
    own = _exchanged(host, mlps)
    try:
        yield
    finally:
        _exchanged(host, own)


def _place(layers: nn.ModuleList, mlps: Mlps) -> None:
    for index, mlp in mlps.items():
        layers[index].mlp = mlp


def _exchanged(host: PreTrainedModel, mlps: Mlps) -> dict[int, nn.Module]:
    layers, displaced = text_stack(host).layers, {}
    for index, mlp in mlps.items():
        displaced[index] = layers[index].mlp.to(_SHELF)
        layers[index].mlp = mlp.to(host.device)
    return displaced
