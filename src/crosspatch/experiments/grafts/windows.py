"""Windows of blocks whose MLPs are exchanged: the pair's own, parts of the late one, unions, and every block alone."""

from collections.abc import Mapping, Sequence

from crosspatch.experiments.grafts.names import LATE_PARTS
from crosspatch.jobs.windows import blocks_of_windows
from crosspatch.records.grafts import LATE

Window = tuple[int, ...]


def windows_of(named: Mapping[str, Sequence[int]], united: Sequence[Sequence[str]], depth: int) -> dict[str, Window]:
    """Return the blocks of every window of a stack of `depth` blocks.

    named: first block and the one after the last of the pair's windows, `late` among them. Raises ConfigError, naming
    the window, if one is empty or leaves the stack.
    """
    blocks = {f"block {index}": (index, index + 1) for index in range(depth)}
    unions = blocks_of_windows(named, [], united, depth)
    return unions | blocks_of_windows({**late_parts(*named[LATE]), **blocks}, [], [], depth)


def late_parts(first: int, end: int) -> dict[str, tuple[int, int]]:
    """Return first block and the one after the last of the half before a late window, and of its own parts.

    With w blocks, a half has ceil(w / 2) of them and a quarter ceil(w / 4); the central half begins after
    floor((w - half) / 2) (repository of "The Convergence Gap", experiment 55, which leaves the rounding open).
    """
    width = end - first
    half, quarter = -(-width // 2), -(-width // 4)
    centre = first + (width - half) // 2
    parts = [(first - half, half), (first, half), (centre, half), (end - half, half), (end - quarter, quarter)]
    return {name: (start, start + size) for name, (start, size) in zip(LATE_PARTS, parts, strict=True)}
