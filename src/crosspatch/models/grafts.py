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


def _exchanged(host: PreTrainedModel, mlps: Mlps) -> dict[int, nn.Module]:
    layers, displaced = text_stack(host).layers, {}
    for index, mlp in mlps.items():
        displaced[index] = layers[index].mlp.to(_SHELF)
        layers[index].mlp = mlp.to(host.device)
    return displaced
