"""One look for all figures: a colour, marker and hatch per meaning, safe in greyscale and for colour-blind readers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import matplotlib.style
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from crosspatch.figures.colours import COLOURS as COLOURS
from crosspatch.figures.colours import INK as INK
from crosspatch.figures.colours import MUTED as MUTED

WIDTH = 6.75  # inches, the text width of a two-column page

MARKERS = MappingProxyType(
    {"portable": "s", "matched": "^", "interaction": "o", "base": "s", "tuned": "o", "neutral": "D"}
)
HATCHES = MappingProxyType({"portable": "", "matched": "////"})

STYLE: Mapping[str, Any] = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],  # ships with matplotlib: the same on every machine
        "font.monospace": ["DejaVu Sans Mono"],
        "font.size": 7.5,
        "text.color": INK,
        "text.hinting": "no_hinting",
        "text.parse_math": False,
        "axes.titlesize": 8,
        "axes.titlelocation": "left",
        "axes.labelsize": 7.5,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "xtick.labelsize": 7,
        "ytick.labelsize": 7,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "grid.color": "#E3E3E3",
        "grid.linewidth": 0.5,
        "legend.frameon": False,
        "legend.fontsize": 7,
        "lines.linewidth": 1.2,
        "lines.markersize": 4.5,
        "hatch.linewidth": 0.6,
        "figure.dpi": 150,
        "figure.constrained_layout.h_pad": 0.05,
        "figure.constrained_layout.w_pad": 0.05,
        "figure.constrained_layout.hspace": 0.06,
        "figure.constrained_layout.wspace": 0.03,
        "savefig.dpi": 300,
        "pdf.fonttype": 42,
        "ps.fonttype": 42,
        "svg.hashsalt": "crosspatch",
    }
)


@dataclass(frozen=True)
class Drawing:
    """A figure with the exact numbers drawn in it and the style it must be saved under."""

    figure: Figure
    drawn: pd.DataFrame
    style: Mapping[str, Any] = field(default_factory=lambda: STYLE, repr=False)


@contextmanager
def styled() -> Iterator[None]:
    """Make figures under this context (or decorator), where a user's own matplotlib settings do not count."""
    with matplotlib.style.context(dict(STYLE), after_reset=True):
        yield


def new_figure(height: float, *, width: float = WIDTH) -> Figure:
    """Return an empty figure of `width` x `height` inches that lays itself out."""
    return Figure(figsize=(width, height), layout="constrained")


def finished(figure: Figure, drawn: pd.DataFrame) -> Drawing:
    """Lay the figure out once and freeze ticks and layout, so that every file made of it looks the same."""
    figure.draw_without_rendering()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(FixedLocator(list(axis.get_majorticklocs())))
    figure.set_layout_engine("none")
    return Drawing(figure, drawn.reset_index(drop=True))


def panel_columns(count: int) -> int:
    """Return in how many columns `count` small panels stand: one row up to four, then rows of three or four."""
    return count if count <= 4 else 4 if count in {7, 8} else 3


def panel_rows(count: int) -> int:
    """Return in how many rows `count` small panels stand."""
    return -(-count // panel_columns(count))


def panel_width(count: int) -> float:
    """Return the width in inches of a figure of `count` small panels, narrower if there are one or two."""
    return min(WIDTH, max(4.4, 2.25 * panel_columns(count)))


def number(value: float, decimals: int = 2) -> str:
    """Return a value as figures print it, with a real minus sign."""
    return with_minus(f"{value:z.{decimals}f}")


def with_minus(number: str) -> str:
    """Return a printed number as figures show it, with a real minus sign."""
    return number.replace("-", "\N{MINUS SIGN}")
