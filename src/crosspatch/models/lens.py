"""The lens under which a block before the last is read: affine maps before the final norm, one for each block."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from crosspatch.models.readout import Readout
from crosspatch.records.histories import RAW_LENS


@dataclass(frozen=True)
class Lens:
    """The affine map of every block of one checkpoint, in float32 (Belrose et al. 2023, the tuned lens).

    weight: what is added to the identity, so that zeros give the raw lens exactly.
    """

    weight: Float[Tensor, "block d_model d_model"]
    bias: Float[Tensor, "block d_model"]

    @torch.inference_mode()
    def translated(self, states: Float[Tensor, "*row d_model"], block: int) -> Float[Tensor, "*row d_model"]:
        """Return h + W h + c of states after `block`, computed in float32, in the dtype of `states`."""
        return moved(states, self.weight[block], self.bias[block])

    def to(self, device: str) -> "Lens":
        """Return the lens with its maps on `device`."""
        return Lens(self.weight.to(device), self.bias.to(device))


@dataclass(frozen=True)
class LensReadout:
    """Readout and lens of one reader."""

    readout: Readout
    lens: Lens

    def logits(self, lens: str, states: Float[Tensor, "step d_model"], block: int) -> Float[Tensor, "step vocabulary"]:
        """Logits of states after `block` under a lens."""
        return self.readout.logits(states if lens == RAW_LENS else self.lens.translated(states, block))


def moved(
    states: Float[Tensor, "*row d_model"], weight: Float[Tensor, "d_model d_model"], bias: Float[Tensor, " d_model"]
) -> Float[Tensor, "*row d_model"]:
    """Return what one block's map makes of states, as `Lens.translated` does, with the graph to train the map by."""
    precise = states.float()
    translated: Tensor = precise + precise @ weight.T + bias
    return translated.to(states.dtype)


def raw_lens(blocks: int, width: int) -> Lens:
    """Return the lens that leaves every state as it is."""
    return Lens(torch.zeros(blocks, width, width), torch.zeros(blocks, width))


def lens_of(tensors: Mapping[str, Tensor]) -> Lens:
    """Return the lens that `tensors_of` gave."""
    return Lens(tensors["weight"], tensors["bias"])


def tensors_of(lens: Lens) -> dict[str, Tensor]:
    """Return the tensors of a lens by name, as they are stored."""
    return {"weight": lens.weight, "bias": lens.bias}
