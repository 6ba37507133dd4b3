"""Windows of blocks whose MLPs are exchanged."""

from collections.abc import Mapping, Sequence

from crosspatch.errors import ConfigError


def terminal_window(k: int) -> str:
    """Return the name of the window of the last k blocks."""
    return f"last {k}"


def blocks_of_windows(
    named: Mapping[str, Sequence[int]], terminal: Sequence[int], united: Sequence[Sequence[str]], depth: int
) -> dict[str, tuple[int, ...]]:
    """Return the blocks of every window: `named` ones, first block and the one after the last; `last k`; and unions.

    depth: blocks of the stack. Raises ConfigError, naming the window, if one is empty or leaves the stack.
    """
    ends = {**named, **{terminal_window(k): (depth - k, depth) for k in terminal}}
    for name, (first, end) in ends.items():
        if not 0 <= first < end <= depth:
            raise ConfigError(
                f"window {name!r} is [{first}, {end}), which is no part of a stack of {depth} blocks; correct the "
                "windows of the pair, or `terminal` of the control windows"
            )
    windows = {name: tuple(range(first, end)) for name, (first, end) in ends.items()}
    unions = {" + ".join(names): sorted(set().union(*(windows[name] for name in names))) for names in united}
    return {**windows, **{name: tuple(blocks) for name, blocks in unions.items()}}
