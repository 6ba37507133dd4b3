"""What each control of a study writes; the config says which of them a study has, and with which settings."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """Kinds of tables that a control writes per pair (`cells`, `values`; none if it makes its estimates itself), and
    another control that it is measured or drawn with.
    """

    writes: tuple[str, ...] = ()
    needs: str | None = None


CONTROLS: Mapping[str, Control] = {
    "label_swap": Control(),
    "token_identity": Control(),
    "tokens": Control(writes=("cells",)),
    "consistency": Control(writes=("cells",)),
    "scale": Control(writes=("cells",)),
    "interpolation": Control(writes=("cells", "values")),
    "signed_permutation": Control(writes=("cells", "values")),
    "rescaling": Control(writes=("cells",)),
    "anomaly": Control(writes=("cells", "values")),
    "selection": Control(writes=("cells", "values")),
    "native_history": Control(writes=("cells", "values")),
    "commitment": Control(writes=("cells", "values")),
    "commitment_regression": Control(needs="commitment"),
    "depth": Control(writes=("cells", "values")),
    "distances": Control(writes=("values",), needs="depth"),
    "windows": Control(writes=("values",)),
    "write_out": Control(writes=("values",), needs="windows"),
}
