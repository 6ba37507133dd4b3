"""What ran a checkpoint: the facts besides weights and tokens on which the bits of a result depend."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from crosspatch.models.instructions import capability, kernels_found
from crosspatch.models.kernels import linear_kernels


def engine_of(model: nn.Module, batches: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return device kind, processor, dtypes, kernels, threads and batch plan (if any) of a loaded model."""
    weights = list(model.parameters())
    device = weights[0].device
    return {
        "device": device.type,
        "processor": _processor(device),
        "dtypes": sorted({str(weight.dtype).removeprefix("torch.") for weight in weights}),
        "attention": model.config._attn_implementation,
        "linear": linear_kernels(model),
        "kernels": kernels_found() if device.type == "cpu" else None,
        "threads": torch.get_num_threads() if device.type == "cpu" else None,
        "batches": None if batches is None else dict(batches),
    }


def with_engine(provenance: Mapping[str, Any], engine: Mapping[str, Any]) -> dict[str, Any]:
    """Return the provenance of a table that was measured with `engine` by the rule that the provenance names."""
    return {**provenance, "engines": {**provenance.get("engines", {}), provenance["rule"]: [dict(engine)]}}


def _processor(device: torch.device) -> str:
    """Kind of the processor, not one machine's name: a GPU model, or the instruction set that CPU kernels use."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else capability()
