"""What do the published per-event records of one pair say when they are estimated again? A: the interaction as
published, and ours from the records over the prompts that the authors took, the headline prompts that the paper
names, and all prompts, each with the consistent events alone. B: by position of the event, common tuned readout. C:
how many margins and interactions are multiples of 1/16, 1/8 and 1/4 logits: the logits were kept in bfloat16.
Intervals resample prompts ({{ study.statistics.draws }} draws, percentile, {{ study.statistics.level }}); n is the
number of events.
"""

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.experiments.claims.table_audit import COMMON, PUBLISHED, SELECTIONS, audit_rows
from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import axis_label, handle, letter, zero_line
from crosspatch.figures.plots import APART, estimated, house_plot, in_order, looks
from crosspatch.figures.rows import position_arms
from crosspatch.figures.style import COLOURS, HATCHES, Drawing, finished, new_figure, styled
from crosspatch.figures.words import READOUTS, Labels, position_label

NAME = "figure audit"
READOUT_MEANINGS = {"common_tuned": "tuned", "common_base": "base"}
SELECTION_MEANINGS = {"authors": "neutral", "headline": "interaction", "all": "portable"}
QUANTITIES = {"margin": "portable", "interaction": "matched"}  # the two meanings with hatches of their own
STEPS = {0.0625: "1/16", 0.125: "1/8", 0.25: "1/4"}
RESOLUTION_COLUMNS = ["readout", "quantity", "step", "share", "n"]


@styled()
def draw_audit(audit: pd.DataFrame, resolution: pd.DataFrame, published: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw A, the interaction by selection and readout, B, by position of the event, and C, how coarse the logits are.

    `audit` and `resolution` are tables of the audit, `published` is that of published numbers, `labels` maps
    the pair of the records to its label.
    """
    need_columns(resolution, RESOLUTION_COLUMNS, NAME, "audit the published records again (snakemake audit)")
    rows = audit_rows(audit, published, NAME)
    rows = rows[(rows["effect"] == "interaction") & rows["readout"].isin(COMMON)]
    coarse = resolution[resolution["readout"] == COMMON[0]]
    figure = new_figure(3.1)
    left, middle, right = figure.subplots(1, 3, width_ratios=[1.5, 1.1, 1])
    whole = rows[rows["arm"].isin(["all", "consistent"])]
    later = rows[
        (rows["readout"] == COMMON[0]) & rows["arm"].str.match("all|position") & (rows["selection"] != PUBLISHED)
    ]
    _draw_selections(left, whole, labels[audit["scope"].iloc[0]])
    _draw_positions(middle, later)
    _draw_resolution(right, coarse)
    handles = [handle(READOUT_MEANINGS[readout], f"A: {READOUTS[readout]} readout") for readout in COMMON]
    handles += [handle(meaning, f"B: {SELECTIONS[name]}") for name, meaning in SELECTION_MEANINGS.items()]
    handles += right.containers[:: len(STEPS)]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    panels = {"A": whole, "B": later, "C": coarse}
    return finished(figure, pd.concat([drawn.assign(panel=panel) for panel, drawn in panels.items()]))


def _draw_selections(axes: Axes, rows: pd.DataFrame, label: str) -> None:
    order = list(rows.drop_duplicates(["selection", "arm"])[["selection", "arm"]].itertuples(index=False, name=None))
    order.sort(key=lambda line: (list(SELECTIONS).index(line[0]), line[1]))
    counts = rows.drop_duplicates(["selection", "arm"]).set_index(["selection", "arm"])["n_events"]
    words = {line: _line_label(*line, int(counts[line])) for line in order}
    lines = [words[line] for line in rows[["selection", "arm"]].itertuples(index=False, name=None)]
    plot = house_plot(rows.assign(line=lines), y="line", color="readout", marker="readout")
    plot = plot.scale(y=in_order(list(words.values())), **looks(READOUT_MEANINGS))
    estimated(plot, "x", APART, width=1.4).on(axes).plot()
    axes.grid(axis="x")
    axes.set_xlabel(axis_label("interaction", rows))
    axes.locator_params(axis="x", nbins=5)
    letter(axes, "A", label)


def _line_label(selection: str, arm: str, n_events: int) -> str:
    return f"{SELECTIONS[selection]}\n{'consistent, ' if arm == 'consistent' else ''}n = {n_events}"


def _draw_positions(axes: Axes, rows: pd.DataFrame) -> None:
    arms = position_arms(rows)
    plot = house_plot(rows, x="arm", color="selection", marker="selection")
    plot = plot.scale(x=in_order(arms), **looks(SELECTION_MEANINGS))
    estimated(plot, "y", APART).on(axes).plot()
    zero_line(axes, vertical=False)
    axes.set_xticks(range(len(arms)), [position_label(arm) for arm in arms])
    axes.set_xlabel("position of the event")
    axes.set_ylabel("interaction (logits)")
    letter(axes, "B", "By position")


def _draw_resolution(axes: Axes, rows: pd.DataFrame) -> None:
    shares = rows.set_index(["quantity", "step"])["share"]
    for place, (quantity, meaning) in enumerate(QUANTITIES.items()):
        for x, step in enumerate(STEPS):
            axes.bar(
                x + 0.4 * (place - 0.5), 100 * shares[quantity, step], width=0.38, color=COLOURS[meaning],
                hatch=HATCHES[meaning], edgecolor="white", linewidth=0, gid=f"share {quantity} {step}",
                label=f"C: {quantity}s",
            )  # fmt: skip
    axes.set_xticks(range(len(STEPS)), list(STEPS.values()))
    axes.set_xlabel("step (logits)")
    axes.set_ylabel("multiples of the step (%)")
    letter(axes, "C", "Steps of the logits")
