"""Figures as PDF, PNG and CSV: the same input gives the same bytes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import matplotlib.style
import pandas as pd
from matplotlib.figure import Figure

from crosspatch.files.atomic import whole_file, write_text

# No dates and no versions, which would differ between two runs that agree.
PDF_METADATA = {"Creator": None, "Producer": "crosspatch", "CreationDate": None}
PNG_METADATA = {"Software": None}


class Drawn(Protocol):
    """A figure, the numbers drawn in it and the matplotlib settings it was made under."""

    @property
    def figure(self) -> Figure:
        """The figure."""

    @property
    def drawn(self) -> pd.DataFrame:
        """The numbers drawn."""

    @property
    def style(self) -> Mapping[str, Any]:
        """The settings."""


def write_drawing(drawing: Drawn, *, pdf: Path, png: Path, csv: Path) -> None:
    """Write a figure as PDF and PNG and its numbers as CSV, each file whole or not at all."""
    with matplotlib.style.context(dict(drawing.style), after_reset=True):
        with whole_file(pdf) as scratch:
            drawing.figure.savefig(scratch, format="pdf", metadata=PDF_METADATA)
        with whole_file(png) as scratch:
            drawing.figure.savefig(scratch, format="png", metadata=PNG_METADATA)
    write_text(csv, drawing.drawn.to_csv(index=False, lineterminator="\n"))
