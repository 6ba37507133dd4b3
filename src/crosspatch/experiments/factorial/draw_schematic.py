"""The four passes of the study, above three example events. At the first token where base and tuned part, each one's
upstream state is read by each one's late blocks; the margin of a cell is the logit of the tuned token minus the logit
of the base token. The examples are the median-position events of the first three prompt categories; they were chosen
by position, not by margin.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from crosspatch.experiments.factorial.example_list import draw_examples, height_of_examples, shown_examples
from crosspatch.figures.columns import need_columns
from crosspatch.figures.style import COLOURS, INK, MUTED, WIDTH, Drawing, finished, new_figure, styled

NAME = "figure schematic"
COLUMNS = ["category", "prompt", "continuation", "base_text", "tuned_text"]
MOST = 3  # examples that a reader takes in
REMEDY = "choose two or three usable events with their prompts and the text both checkpoints share"
DIAGRAM = 2.9  # inches from the bottom of the input to the top bracket
CENTRES = {("base", "base"): 2.1, ("base", "tuned"): 3.25, ("tuned", "base"): 4.75, ("tuned", "tuned"): 5.9}
BOX, TALL = 0.96, 0.34
INPUT, UPSTREAM, LATE, MARGIN, FIRST, SECOND = 0.0, 0.48, 1.12, 1.66, 1.98, 2.55
TEXT_ON = {"base": "white", "tuned": INK}


@styled()
def draw_schematic(examples: pd.DataFrame) -> Drawing:
    """Draw the four passes above a list of example events.

    `examples` has category, prompt, continuation (the text both checkpoints share), base_text and tuned_text (what
    each picks next), one row per event, of which the first three are drawn.
    """
    need_columns(examples, COLUMNS, NAME, REMEDY)
    shown = shown_examples(examples[COLUMNS].head(MOST))
    below = height_of_examples(shown)
    height = DIAGRAM + below
    figure = new_figure(height)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(-below, DIAGRAM))
    axes.set_axis_off()
    _draw_passes(axes)
    _draw_contrasts(axes)
    draw_examples(axes, shown)
    return finished(figure, shown)


def _draw_passes(axes: Axes) -> None:
    _box(axes, 1.62, INPUT, 4.76, 0.26, text="same prompt and shared continuation", colour="#EDEDED", ink=INK)
    for upstream in ("base", "tuned"):
        left, right = CENTRES[upstream, "base"] - BOX / 2, CENTRES[upstream, "tuned"] + BOX / 2
        _box(
            axes,
            left,
            UPSTREAM,
            right - left,
            TALL,
            text=f"{upstream} upstream",
            colour=COLOURS[upstream],
            ink=TEXT_ON[upstream],
        )
        _arrow(axes, (left + right) / 2, INPUT + 0.26, UPSTREAM)
    for (upstream, late), x in CENTRES.items():
        _arrow(axes, x, UPSTREAM + TALL, LATE)
        _box(axes, x - BOX / 2, LATE, BOX, TALL, text=f"{late} late", colour=COLOURS[late], ink=TEXT_ON[late])
        _arrow(axes, x, LATE + TALL, MARGIN)
        axes.text(x, MARGIN + 0.08, f"Y({upstream}, {late})", ha="center", va="center", gid=f"margin {upstream} {late}")
    notes = {
        INPUT + 0.13: "input",
        UPSTREAM + TALL / 2: "embeddings and\nblocks 0 to b \N{MINUS SIGN} 1",
        (UPSTREAM + TALL + LATE) / 2: "boundary state",
        LATE + TALL / 2: "blocks b to n \N{MINUS SIGN} 1",
        MARGIN + 0.08: "margin under one readout:\ntuned \N{MINUS SIGN} base token's logit",
        FIRST + 0.18: "effects of the late stack",
        SECOND + 0.18: "their difference",
    }
    for y, note in notes.items():
        axes.text(0.08, y, note, va="center", fontsize=6.5, color=MUTED, linespacing=1.3)


def _draw_contrasts(axes: Axes) -> None:
    first, second, third, fourth = CENTRES.values()
    _bracket(axes, first, second, FIRST, "portable", "portable = Y(base, tuned) \N{MINUS SIGN} Y(base, base)")
    _bracket(axes, third, fourth, FIRST, "matched", "matched = Y(tuned, tuned) \N{MINUS SIGN} Y(tuned, base)")
    left, right = (first + second) / 2, (third + fourth) / 2
    _bracket(axes, left, right, SECOND, "interaction", "interaction = matched \N{MINUS SIGN} portable")


def _box(
    axes: Axes, left: float, bottom: float, width: float, height: float, *, text: str, colour: str, ink: str
) -> None:
    style = "round,pad=0,rounding_size=0.06"
    axes.add_patch(FancyBboxPatch((left, bottom), width, height, boxstyle=style, facecolor=colour, edgecolor="none"))
    axes.text(left + width / 2, bottom + height / 2, text, ha="center", va="center", color=ink)


def _arrow(axes: Axes, x: float, bottom: float, top: float) -> None:
    look = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 1, "mutation_scale": 7}
    axes.annotate("", (x, top), (x, bottom), arrowprops=look)


def _bracket(axes: Axes, left: float, right: float, y: float, effect: str, text: str) -> None:
    colour, foot, top = COLOURS[effect], y - 0.09, y + 0.05
    axes.plot([left, left, right, right], [foot, top, top, foot], color=colour, linewidth=1.8, gid=effect)
    axes.text((left + right) / 2, top + 0.13, text, ha="center", va="center", gid=f"text {effect}")
