"""Whether the kernels of this process are pinned: held to instructions that every x86-64 processor with AVX2 has."""

import hashlib
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from crosspatch.errors import DeviceError

NATIVE, PINNED = "native", "pinned"
# SHA-256 of `_products` under the settings of workflow/kernels.py, with the pinned torch; the same on every processor.
_PINNED_PRODUCTS = "255b2cb19a7617d56392211279737d597f87c54cfb4f8e6d22f047c4dc66aac0"


def check_kernels(kernels: str) -> None:
    """Compute a few small products; DeviceError unless they are those of pinned kernels where these are asked for."""
    if kernels == PINNED and found_products() != _PINNED_PRODUCTS:
        raise DeviceError(
            f"engine/placement/kernels is {PINNED}, but this process computes {found_products()[:12]} where pinned "
            f"kernels compute {_PINNED_PRODUCTS[:12]} (torch {torch.__version__}, {capability()} kernels): the "
            "settings came too late, torch is another one, or the processor is no x86-64 with AVX2; run it with "
            "`snakemake --config study=STUDY`, which sets them, on the pinned torch, or choose kernels: "
            f"{NATIVE} for numbers of this kind of processor only"
        )


def kernels_found() -> str:
    """Return which kernels this process computes with, by what they compute."""
    return PINNED if found_products() == _PINNED_PRODUCTS else NATIVE


def capability() -> str:
    """Return the instruction set that torch's own CPU kernels use."""
    return torch.backends.cpu.get_cpu_capability()


@cache
def found_products() -> str:
    """Return the SHA-256 of the small products, which never change in a process: kernels are chosen once."""
    with torch.inference_mode():
        return hashlib.sha256(b"".join(part.float().numpy().tobytes() for part in _products())).hexdigest()


def _products() -> list[Tensor]:
    """Each from another library: MKL, torch's vectors, oneDNN."""
    left, right = _numbers(48, 64), _numbers(64, 192)
    product = left @ right
    heads = product.view(2, 4, 24, 48)
    coarse_left, coarse_right = _numbers(256, 256).bfloat16(), _numbers(512, 256).bfloat16()
    return [
        product,
        torch.softmax(product, dim=-1),
        product.pow(2).mean(dim=-1),
        functional.scaled_dot_product_attention(heads, heads, heads, is_causal=True),
        functional.linear(coarse_left, coarse_right),
    ]


def _numbers(*shape: int) -> Float[Tensor, "..."]:
    """Numbers in [-1, 1] that no generator of random numbers has to give."""
    count = torch.Size(shape).numel()
    return ((torch.arange(count) * 7919 % 2003).float() / 1001 - 1).view(shape)
