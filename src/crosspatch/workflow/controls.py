"""What each control of a study writes; the config says which of them a study has, and with which settings."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """Kinds of tables that a control writes per pair (`cells`, `values`; none if it makes its estimates itself), the
    figures and tables that are drawn from its estimates, and another control that it is measured or drawn with.
    """

    writes: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    needs: str | None = None


CONTROLS: Mapping[str, Control] = {
    "consistency": Control(writes=("cells",)),
    "depth": Control(writes=("cells", "values"), figures=("depth",), tables=("depth",)),
    "distances": Control(writes=("values",), figures=("distances",), needs="depth"),
    "commitment": Control(writes=("cells", "values")),
    "commitment_regression": Control(figures=("commitment",), tables=("commitment",), needs="commitment"),
}
