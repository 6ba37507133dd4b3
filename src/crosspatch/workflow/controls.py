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
    "label_swap": Control(figures=("label_swap",), tables=("families",)),
    "token_identity": Control(figures=("token_identity",)),
    "tokens": Control(writes=("cells",), figures=("referee",), tables=("tokens",)),
    "consistency": Control(writes=("cells",)),
    "scale": Control(writes=("cells",), tables=("scale",)),
    "interpolation": Control(writes=("cells", "values"), figures=("interpolation",), tables=("hybrids",)),
    "signed_permutation": Control(writes=("cells", "values")),
    "rescaling": Control(writes=("cells",)),
    "anomaly": Control(writes=("cells", "values"), figures=("anomaly",)),
    "selection": Control(writes=("cells", "values"), figures=("selection",), tables=("selection",)),
    "native_history": Control(writes=("cells", "values"), figures=("native_history",), tables=("native_history",)),
    "commitment": Control(writes=("cells", "values")),
    "commitment_regression": Control(figures=("commitment",), tables=("commitment",), needs="commitment"),
    "depth": Control(writes=("cells", "values"), figures=("depth",), tables=("depth",)),
    "distances": Control(writes=("values",), figures=("distances",), needs="depth"),
    "windows": Control(writes=("values",), figures=("windows",)),
    "write_out": Control(writes=("values",), figures=("write_out",), tables=("windows",), needs="windows"),
}
