"""How far training moved the weights of a checkpoint, part by part, one part in memory at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd
import torch
from torch import Tensor

from crosspatch.errors import CheckpointError
from crosspatch.models.configs import read_config
from crosspatch.models.loading import Part, Placement, load_part

PLACEMENT: Final = Placement("cpu", "checkpoint", "sdpa")
NOT_A_BLOCK: Final = -1


def weight_changes(base: Path, tuned: Path) -> pd.DataFrame:
    """Return sums of squares of the base's weights and of their change by part, from two checkpoint folders.

    Columns part, block, parameters, squared_base, squared_change; sums are in float64. A tied unembedding is counted
    with the embedding. Rows by which one vocabulary is longer are left out. Raises CheckpointError if a tensor is in
    one checkpoint only, or has another shape otherwise.
    """
    seen: set[str] = set()
    rows = []
    for part, block, which in _parts(base):
        before, after = (_tensors(folder, which, seen) for folder in (base, tuned))
        seen |= before.keys()
        rows.append({"part": part, "block": block, **_sums(before, after, (base, tuned))})
    return pd.DataFrame(rows)


def _parts(folder: Path) -> Iterator[tuple[str, int, Part]]:
    yield "embedding", NOT_A_BLOCK, Part(embedding=True)
    for block in range(read_config(folder).get_text_config().num_hidden_layers):
        yield "block", block, Part(blocks=range(block, block + 1))
    yield "readout", NOT_A_BLOCK, Part(readout=True)


def _tensors(folder: Path, part: Part, seen: set[str]) -> dict[str, Tensor]:
    model = load_part(folder, part, PLACEMENT)
    return {name: tensor.detach() for name, tensor in model.named_parameters() if name not in seen}


def _sums(before: dict[str, Tensor], after: dict[str, Tensor], folders: tuple[Path, Path]) -> dict[str, int | float]:
    alone = sorted(before.keys() ^ after.keys())
    if alone:
        raise CheckpointError(
            f"{alone[0]} is in one of {folders[0]} and {folders[1]} only; their weights cannot be compared, leave the "
            "control update_size out of this study"
        )
    sums: dict[str, int | float] = {"parameters": 0, "squared_base": 0.0, "squared_change": 0.0}
    for name, tensor in before.items():
        old, new = _common(name, tensor, after[name], folders)
        sums["parameters"] += old.numel()
        sums["squared_base"] += old.square().sum().item()
        sums["squared_change"] += (new - old).square().sum().item()
    return sums


def _common(name: str, before: Tensor, after: Tensor, folders: tuple[Path, Path]) -> tuple[Tensor, Tensor]:
    may_be_longer = ".layers." not in name and before.ndim == 2  # the rows of a vocabulary
    if before.shape[may_be_longer:] != after.shape[may_be_longer:]:
        raise CheckpointError(
            f"{name} has shape {tuple(before.shape)} in {folders[0]} and {tuple(after.shape)} in {folders[1]}; the two "
            "are no checkpoints of one pair"
        )
    rows = min(len(before), len(after))
    return before[:rows].to(torch.float64), after[:rows].to(torch.float64)
