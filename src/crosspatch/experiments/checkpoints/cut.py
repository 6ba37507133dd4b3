"""Where a pair's stack is cut. Apart from what else is checked of a pair, so that a new boundary reruns no rollout."""

from collections.abc import Mapping
from typing import Any

from crosspatch.errors import PairError


def with_boundary(shape: Mapping[str, Any], boundary: int) -> dict[str, Any]:
    """Return the shape of a pair (`pair`, `blocks`, ...) with its boundary; PairError if a half would have no block."""
    blocks = shape["blocks"]
    if not 0 < boundary < blocks:
        raise PairError(
            f"pair {shape['pair']!r}: boundary {boundary} is outside the stack of {blocks} blocks; "
            f"choose 1..{blocks - 1}"
        )
    return {**shape, "boundary": boundary}
