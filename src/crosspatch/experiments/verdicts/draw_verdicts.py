"""What could still be wrong? Every control of the study asks one question of the claim that late blocks do more from
the tuned upstream state. The axis puts the answer between what an artefact would give (0) and what the claim predicts
(1): most are ratios to the interaction at the first divergences, which should stay in some controls and vanish in
others. Marks are means over families, intervals the widest over prompts, templates and token pairs unless the control
is a null of its own; the last column says how many families are on the claim's side. Ratios are undecided where the
interaction itself cannot be told from zero. The table of verdicts has the
numbers, and the questions of which the claim predicts a sign only.
"""

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.experiments.verdicts.table_verdicts import COLUMNS, REMEDY, control_words
from crosspatch.figures.columns import need_columns
from crosspatch.figures.style import COLOURS, INK, MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.words import percent

VERDICTS = {
    "holds": ("interaction", "o"),
    "weakens": ("tuned", "s"),
    "fails": ("matched", "X"),
    "undecided": ("neutral", "D"),
}
"""Colour and marker of each verdict."""
EDGE = 2.5
"""Positions beyond are drawn at the edge with an arrow; the table has the number."""


@styled()
def draw_verdicts(verdicts: pd.DataFrame) -> Drawing:
    """Draw the position of every question's number: 0 is what an artefact would give, 1 what the claim predicts.

    `verdicts` is a table of that kind. Questions without a position (no number, or one of which only the sign is
    predicted) are left out; the table of verdicts has them.
    """
    need_columns(verdicts, COLUMNS, "figure verdicts", REMEDY)
    rows = verdicts.loc[verdicts["position"].notna(), COLUMNS].reset_index(drop=True)
    figure = new_figure(1.0 + 0.205 * max(1, len(rows)))
    axes = figure.subplots()
    _draw_expectations(axes)
    for place, row in rows.iterrows():
        _draw_row(axes, row, float(place))
    axes.set_yticks(
        range(len(rows)), [f"{row.question}  ({control_words(row.control)})" for row in rows.itertuples()], fontsize=6.5
    )
    axes.set_ylim(max(1, len(rows)) - 0.4, -0.6)
    axes.set_xlim(-EDGE + 1, EDGE)
    axes.set_xlabel(f"position of the mean over families{_interval(rows)}")
    _write_families(axes, rows)
    _write_legend(axes, rows)
    return finished(figure, rows)


def _draw_expectations(axes: Axes) -> None:
    axes.grid(axis="x")
    for x, words in ((0, "artefact"), (1, "claim")):
        axes.axvline(x, color=INK, linewidth=0.6, zorder=1, gid=f"expected {x}")
        axes.annotate(
            words, (x, 1), xycoords=("data", "axes fraction"), xytext=(0, 4), textcoords="offset points",
            ha="center", va="bottom", fontsize=7, color=MUTED,
        )  # fmt: skip


def _draw_row(axes: Axes, row: pd.Series, y: float) -> None:
    meaning, marker = VERDICTS[row["verdict"]]
    colour, name = COLOURS[meaning], f"{row['control']} {row['question']}"
    ends = [row["position_low"], row["position_high"]]
    if row[["position_low", "position_high"]].notna().all():
        axes.plot(ends, [y, y], color=colour, linewidth=1.4, solid_capstyle="butt", gid=f"interval {name}")
    x = min(max(row["position"], -EDGE + 1), EDGE)
    shown = marker if x == row["position"] else ">" if x > 0 else "<"
    axes.plot([x], [y], marker=shown, markersize=4.6, markeredgewidth=0, color=colour, gid=f"value {name}")


def _write_families(axes: Axes, rows: pd.DataFrame) -> None:
    texts = [
        (-1.0, "families"),
        *((float(y), f"{row.n_on_claims_side}/{row.n_families}") for y, row in enumerate(rows.itertuples())),
    ]
    for y, text in texts:
        axes.annotate(
            text, (1, y), xytext=(30, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", va="center", fontsize=6.5, color=MUTED, annotation_clip=False, gid=f"families {y:g}",
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
