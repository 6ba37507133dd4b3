"""Linear layers on a CPU by oneDNN, with weights packed once; other kernels than torch's own, the same products.

Torch multiplies float32 matrices with MKL, which uses AVX-512 on Intel processors only; oneDNN uses what the processor
has. docs/benchmarks.md has the ratios.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from crosspatch.errors import ConfigError

KERNELS = ("torch", "onednn")
_ROWS = 256  # rows that the packed layout is made for; any number works


class PackedLinear(nn.Module):
    """A linear layer whose weight is kept in oneDNN's own layout only."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        if not torch.backends.mkldnn.is_available() or linear.weight.device.type != "cpu":
            raise ConfigError(
                f"placement/linear is onednn, but the weights are on {linear.weight.device.type} or this torch has no "
                "oneDNN; use linear: torch"
            )
        self.packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), _ROWS)
        self.bias = None if linear.bias is None else nn.Parameter(linear.bias.detach(), requires_grad=False)

    def forward(self, states: Float[Tensor, "*row width"]) -> Float[Tensor, "*row out"]:
        """Return states @ weight.T + bias."""
        return torch.ops.mkldnn._linear_pointwise(states, self.packed, self.bias, "none", [], "")


def pack_linears(blocks: nn.ModuleList) -> None:
    """Replace every linear layer in `blocks`, in place, one by one; ConfigError where oneDNN cannot run it."""
    for module in list(blocks.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear):
                setattr(module, name, PackedLinear(child))


def linear_kernels(model: nn.Module) -> str:
    """Return which of `KERNELS` runs the linear layers of a loaded model."""
    return "onednn" if any(isinstance(module, PackedLinear) for module in model.modules()) else "torch"
