"""Stretches of blocks at the end of a stack, over which distances are averaged."""

from collections.abc import Mapping
from typing import Final

REGIONS: Final[Mapping[str, float]] = {"final_half": 0.5, "final_third": 2 / 3, "final_fifth": 0.8}
"""Share of the stack before each region: its first block is floor(share n) of n, its last the last of all."""


def first_block(region: str, depth: int) -> int:
    """Return the first block of a region of a stack of `depth` blocks."""
    return int(REGIONS[region] * depth)


def earlier_block(depth: int) -> int:
    """Return the block whose prediction can stand for the end: the last before the final fifth of a stack."""
    return first_block("final_fifth", depth) - 1
