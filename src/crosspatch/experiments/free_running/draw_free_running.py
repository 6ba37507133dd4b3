"""What does a checkpoint write by itself with the other one's MLPs in a window of its blocks? Greedy texts of up to
{{ study.controls.free_grafts.tokens }} tokens, each prompt's less that of the same host without a graft. Lines of
panels: tuned MLPs in the base, which continues the raw prompt; base MLPs in the tuned checkpoint, in its chat template;
the same on the raw prompt. Columns: the share of texts that stop by themselves; that pass the check of their prompt,
where there is one; of three-token sequences that are repeats (seq-rep-3 of arXiv 1908.04319); of steps that are what
the other checkpoint writes by itself, the tuned one in its chat template. Below the windows stands what else was put
into the late one: a change of its outputs of the same size in a random direction and, where a family has them, MLPs of
further checkpoints. Published are judges' scores; not in the paper is that .991 of late swaps and .849 of the tuned
checkpoint's own texts were cut at 512 tokens (Gemma 3 4B, conversations). Hollow points are families, filled ones their
unweighted mean; n is the number of prompts, of which fewer have a check or three tokens; intervals are the widest over
prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile).

Answer: rows *free_grafts*, *free_swaps* and *free_raw_swaps* of the table of verdicts.
"""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.experiments.free_running.hosts import HOSTS, grafted_arms
from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.marks import interval_label, zero_line
from crosspatch.figures.rows import select_arms
from crosspatch.figures.style import Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels
from crosspatch.records.grafts import LATE

EFFECTS = {
    "stopped": "stops by itself",
    "passed": "as expected",
    "repetition": "repeats itself",
    "agrees_with_other": "as the other",
}
TICKS = 3


@styled()
def draw_free_running(
    free_grafts: pd.DataFrame, free_swaps: pd.DataFrame, free_raw_swaps: pd.DataFrame, labels: Labels
) -> Drawing:
    """Draw what every window changes of what each host writes.

    The tables are the estimates of the controls of these names, `labels` maps each pair to its label.
    """
    tables = dict(zip(HOSTS, (free_grafts, free_swaps, free_raw_swaps), strict=True))
    arms = grafted_arms(tables)
    rows = pd.concat([_rows(tables[host], labels, arms).assign(host=host) for host in HOSTS], ignore_index=True)
    figure = new_figure(1.2 + 3 * 0.3 * len(arms))
    grid = figure.subplots(len(HOSTS), len(EFFECTS), sharey=True, sharex="col")
    for line, host in zip(grid, HOSTS, strict=True):
        _draw_host(dict(zip(EFFECTS, line, strict=True)), rows[rows["host"] == host], host, arms)
    figure.supxlabel(f"share, less the host's own, {interval_label(rows)}", fontsize=7.5)
    return finished(figure, rows)


def _rows(table: pd.DataFrame, labels: Labels, arms: list[str]) -> pd.DataFrame:
    return select_arms(table, "figure free_running", labels, effect=list(EFFECTS), arm=arms)


def _draw_host(line: Mapping[str, Axes], rows: pd.DataFrame, host: str, arms: list[str]) -> None:
    title, meaning = HOSTS[host]
    for place, (effect, axes) in enumerate(line.items()):
        zero_line(axes, vertical=True)
        own = rows[rows["effect"] == effect].reset_index(drop=True)
        draw_arms(axes, own, {arm: arm.removeprefix(f"{LATE}, ") for arm in arms}, meaning)
        axes.set_title(f"{title}\n{EFFECTS[effect]}" if place == 0 else f"\n{EFFECTS[effect]}")
        axes.locator_params(axis="x", nbins=TICKS)
        axes.tick_params(labelleft=place == 0)
