"""What each control of a study writes; the config says which of them a study has, and with which settings."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """Kinds of tables that a control writes per pair (`cells`, `values`; none if it makes its estimates itself), and
    the figures and tables that are drawn from its estimates.
    """

    writes: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


CONTROLS: Mapping[str, Control] = {
    "consistency": Control(writes=("cells",)),
    "selection": Control(writes=("cells", "values"), figures=("selection",), tables=("selection",)),
    "native_history": Control(writes=("cells", "values"), figures=("native_history",), tables=("native_history",)),
}
