"""Arms: what stands in the place of a host's MLPs while a batch of histories is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crosspatch.experiments.grafts.windows import Window
from crosspatch.jobs.passes import History
from crosspatch.models.grafts import Mlps


@dataclass(frozen=True)
class Rows:
    """Histories of a batch, as the host reads them, and the names of their prompts."""

    names: Sequence[str]
    histories: Sequence[History]


Edit = Callable[[Rows], Mlps | None]
"""What stands in the place of MLPs while these rows are read; None if the arm needs more rows than there are."""


@dataclass(frozen=True)
class Arm:
    """MLPs of some blocks that are exchanged, under every name that the arm has."""

    names: tuple[str, ...]
    blocks: Window
    edit: Edit

    @property
    def first(self) -> int:
        """First block that differs from the host's."""
        return min(self.blocks)


def grafts(windows: Mapping[str, Window], donor: Mlps) -> list[Arm]:
    """Return an arm for every window with the donor's MLPs; windows of the same blocks are one arm."""
    named: dict[Window, list[str]] = {}
    for window, blocks in windows.items():
        named.setdefault(blocks, []).append(window)
    return [Arm(tuple(names), blocks, always(taken(donor, blocks))) for blocks, names in named.items()]


def taken(donor: Mlps, blocks: Window) -> Mlps:
    """Return the donor's MLPs of some blocks."""
    return {index: donor[index] for index in blocks}


def always(mlps: Mlps) -> Edit:
    """Return the edit that is the same for all rows."""
    return lambda _: mlps
