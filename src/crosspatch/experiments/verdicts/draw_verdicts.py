"""What could still be wrong? The study and every control of it ask questions of what is claimed: that late blocks do
more from the tuned upstream state, or what the control is about. Above, of those whose answer is a sign, first of them
that of the interaction itself: how far the mean over families lies from what an artefact would give, towards the claim,
in half widths of its interval (how clear it is, not how large; one that reaches 0 fails). Below, the answer stands
between what an artefact would give (0) and what the claim predicts (1): most are ratios to the interaction at the first
divergences, which should stay in some controls and vanish in others; they are undecided where the interaction itself
cannot be told from zero. Intervals are the widest over prompts, templates and token pairs unless the control is a null
of its own; the last column says how many families are on the claim's side. The table of verdicts has the numbers.
"""

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes

from crosspatch.experiments.verdicts.table_verdicts import REMEDY, control_words
from crosspatch.figures.columns import need_columns
from crosspatch.figures.style import COLOURS, INK, MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.words import percent
from crosspatch.records.verdicts import COLUMNS

VERDICTS = {
    "holds": ("interaction", "o"),
    "weakens": ("tuned", "s"),
    "fails": ("matched", "X"),
    "undecided": ("neutral", "D"),
}
"""Colour and marker of each verdict."""
BETWEEN = "position of the mean over families"
SIGNED = "mean, towards the claim, in half widths"
"""Axes of the questions whose number the claim predicts, and of those whose sign it does."""
LINE, BETWEEN_ROWS = 0.11, 0.095
"""Height of a line of a question, and what is between two questions, in inches."""
WRAP = 66
"""Characters in a line of a question."""
EDGES = {BETWEEN: (-1.5, 2.5, {0.0: "artefact", 1.0: "claim"}), SIGNED: (-4.0, 8.0, {0.0: "artefact"})}
"""Where an axis ends, beyond which places are arrows (the table has the number), and what it marks."""


@styled()
def draw_verdicts(verdicts: pd.DataFrame) -> Drawing:
    """Draw the position of every question's number: 0 is what an artefact would give, 1 what the claim predicts.

    `verdicts` is a table of that kind. Questions of which only the sign is predicted have a panel of their own, in half
    widths of their intervals; those without a number are left out, the table of verdicts has them.
    """
    need_columns(verdicts, COLUMNS, "figure verdicts", REMEDY)
    panels = {title: rows for title, rows in _panels(verdicts[[*COLUMNS]]).items() if len(rows)}
    drawn = pd.concat(panels.values(), ignore_index=True) if panels else verdicts.loc[[], [*COLUMNS]]
    heights = [0.45 + _heights(rows).sum() for rows in panels.values()]
    figure = new_figure(max(1.2, 0.5 + sum(heights)))
    grid = figure.subplots(max(1, len(panels)), squeeze=False, height_ratios=heights or None)[:, 0]
    for axes, (title, rows) in zip(grid, panels.items(), strict=False):
        _draw_panel(axes, rows.reset_index(drop=True), title)
    _write_legend(grid[0], drawn)
    return finished(figure, drawn)


def _panels(verdicts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the questions that have a place, by the words of their axis, with `place` and the ends of its interval."""
    valued = verdicts["position"].notna()
    known = verdicts[["value", "low", "high"]].notna().all(axis=1)
    between, signed = verdicts[valued], verdicts[~valued & known]
    half = (signed["high"] - signed["low"]) / 2
    scale = np.where(signed["claim_side"] == "above", 1.0, -1.0) / half.where(half > 0, 1.0)
    ends = [(signed[end] - signed["if_artefact"]) * scale for end in ("value", "low", "high")]
    return {
        SIGNED: _placed(signed, *ends),
        BETWEEN: _placed(between, between["position"], between["position_low"], between["position_high"]),
    }


def _placed(rows: pd.DataFrame, place: pd.Series, one: pd.Series, other: pd.Series) -> pd.DataFrame:
    return rows.assign(place=place, place_low=one, place_high=other)


def _draw_panel(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    least, most, expectations = EDGES[title]
    _draw_expectations(axes, expectations)
    heights = _heights(rows)
    places = heights.cumsum() - heights / 2  # in inches, from above
    for y, (_, row) in zip(places, rows.iterrows(), strict=True):
        _draw_row(axes, row, y, (least, most))
    axes.set_yticks(places, _names(rows), fontsize=6.5)
    axes.set_ylim(heights.sum(), 0)
    axes.set_xlim(least, most)
    axes.set_xlabel(title + _interval(rows))
    _write_families(axes, rows, places)


def _heights(rows: pd.DataFrame) -> Float[np.ndarray, " question"]:
    """Return the height of every question in inches."""
    return np.array([BETWEEN_ROWS + LINE * len(name.split("\n")) for name in _names(rows)])


def _names(rows: pd.DataFrame) -> list[str]:
    """Return the questions with their controls, in lines that leave room for the axis."""
    return [fill(f"{row.question} ({control_words(row.control)})", WRAP) for row in rows.itertuples()]


def _draw_expectations(axes: Axes, expectations: Mapping[float, str]) -> None:
    axes.grid(axis="x")
    for x, words in expectations.items():
        axes.axvline(x, color=INK, linewidth=0.6, zorder=1, gid=f"expected {x:g}")
        axes.annotate(
            words, (x, 1), xycoords=("data", "axes fraction"), xytext=(0, 4), textcoords="offset points",
            ha="center", va="bottom", fontsize=7, color=MUTED,
        )  # fmt: skip


def _draw_row(axes: Axes, row: pd.Series, y: float, edges: tuple[float, float]) -> None:
    meaning, marker = VERDICTS[row["verdict"]]
    colour, name = COLOURS[meaning], f"{row['control']} {row['question']}"
    ends = [row["place_low"], row["place_high"]]
    if row[["place_low", "place_high"]].notna().all():
        axes.plot(ends, [y, y], color=colour, linewidth=1.4, solid_capstyle="butt", gid=f"interval {name}")
    x = min(max(row["place"], edges[0]), edges[1])
    shown = marker if x == row["place"] else ">" if x > 0 else "<"
    axes.plot([x], [y], marker=shown, markersize=4.6, markeredgewidth=0, color=colour, gid=f"value {name}")


def _write_families(axes: Axes, rows: pd.DataFrame, places: Float[np.ndarray, " question"]) -> None:
    texts = [f"{row.n_on_claims_side}/{row.n_families}" for row in rows.itertuples()]
    for y, text in zip([-0.1, *places], ["families", *texts], strict=True):
        axes.annotate(
            text, (1, y), xytext=(30, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", va="center", fontsize=6.5, color=MUTED, annotation_clip=False, gid=f"families {text}",
        )  # fmt: skip


def _write_legend(axes: Axes, rows: pd.DataFrame) -> None:
    for verdict, (meaning, marker) in VERDICTS.items():
        count = int((rows["verdict"] == verdict).sum())
        axes.plot(
            [], [], linestyle="none", marker=marker, markeredgewidth=0, color=COLOURS[meaning],
            label=f"{verdict} ({count})",
        )  # fmt: skip
    axes.figure.legend(loc="outside lower center", ncols=len(VERDICTS))


def _interval(rows: pd.DataFrame) -> str:
    levels = rows["level"].dropna().unique()
    return f", {percent(levels[0])} interval" if len(levels) == 1 else ""
