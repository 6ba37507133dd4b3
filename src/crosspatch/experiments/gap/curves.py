"""Estimates along the blocks of a stack as curves, one panel per family, and what should not be read of them."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crosspatch.errors import TableError
from crosspatch.experiments.gap.blocks import TENTHS
from crosspatch.experiments.gap.comparisons import arm_of
from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import CROSS
from crosspatch.figures.plots import by_panel, curves, house_plot
from crosspatch.figures.rows import REMEDY, events_label, select_arms
from crosspatch.figures.style import COLOURS, INK, MUTED
from crosspatch.figures.words import BALANCED, Labels
from crosspatch.records.histories import LENSES, RAW_LENS, TUNED_LENS

LINES: Final = dict(zip(LENSES, ("-", "--"), strict=True))
FLAGS: Final = ("pairs", "text", "block", "lens", "beats_raw")
"""Columns of the table of lenses by which blocks are flagged."""
NO_BETTER: Final = Line2D([], [], **CROSS, label="lens no better than raw")
GATHER: Final = "gather the lenses again (snakemake --forcerun collect_lenses)"
FLOOR: Final = {"color": MUTED, "linewidth": 0.9, "linestyle": ":"}
_PLACE = r"^(?P<compared>.+), (?P<lens>\w+) lens, (?P<where>block|depth) (?P<place>[\d.]+)$"


def curve_rows(
    estimates: pd.DataFrame, wanted_by: str, labels: Labels, *, effect: str, compared: Sequence[str]
) -> pd.DataFrame:
    """Return the estimates of curves with `compared`, `lens`, `place` and `relative_depth`: of a family at its own
    blocks, of the mean at tenths of the depth. Raises TableError, naming `wanted_by`, if there are none.
    """
    found = estimates["arm"].str.extract(_PLACE)[["where", "place"]].dropna().drop_duplicates()
    places = [f"{row.where} {row.place}" for row in found.itertuples(index=False)]
    arms = [arm_of(one, lens, place=place) for one in compared for lens in LENSES for place in places]
    rows = select_arms(estimates, wanted_by, labels, effect=effect, arm=arms)
    rows = rows.join(rows["arm"].str.extract(_PLACE)).astype({"place": float})
    own = rows["where"] == rows["scope"].map(lambda scope: "depth" if scope == BALANCED else "block")
    if not own.any():
        raise TableError(f"{wanted_by}: no estimate of any block; {REMEDY}")
    rows = rows[own].reset_index(drop=True)
    return rows.assign(relative_depth=rows["place"] / rows.groupby("scope")["place"].transform("max"))


def draw_curves(
    rows: pd.DataFrame,
    lenses: pd.DataFrame,
    figure: Figure,
    shown: Labels,
    colours: Mapping[str, str],
) -> dict[str, Axes]:
    """Draw `curve_rows` over relative depth, the meaning of each comparison's colour given, and return the panels.

    shown: labels of scopes; blocks of a family whose lens is no better than none are crossed out.
    """
    scales = {
        "color": so.Nominal({one: COLOURS[meaning] for one, meaning in colours.items()}, order=list(colours)),
        "linestyle": so.Nominal(LINES, order=list(LINES)),
    }
    rows = rows.assign(curve=rows["compared"] + rows["lens"])  # bands have no line by which they would be told apart
    plot = house_plot(rows, x="relative_depth", color="compared", linestyle="lens", group="curve")
    panels = by_panel(curves(plot.scale(**scales), ""), figure, shown)
    for scope, axes in panels.items():
        own = rows[rows["scope"] == scope]
        axes.set_xlim(-0.02, 1.02)
        axes.set_title(events_label(own, scope, shown[scope]))
        crossed = own[(own["lens"] == TUNED_LENS) & own["place"].isin(useless_blocks(lenses, scope))]
        axes.plot(crossed["relative_depth"], crossed["value"], gid="no better than raw", **CROSS)
    figure.supxlabel("relative depth of the block (0: first, 1: last)", fontsize=7.5)
    return panels


def useless_blocks(lenses: pd.DataFrame, pair: str) -> set[int]:
    """Return the blocks at which the lens of either checkpoint of a pair is no better than none on held-out text."""
    need_columns(lenses, list(FLAGS), "flags of lenses", GATHER)
    own = lenses[lenses["pairs"].map(lambda pairs: pair in set(pairs))]
    useless = own[(own["lens"] == TUNED_LENS) & (own["text"] == "held_out") & ~own["beats_raw"]]
    return set(useless["block"])


def floor_of(null_estimates: pd.DataFrame, effect: str, compared: Sequence[str]) -> pd.DataFrame:
    """Return by tenth of the depth the least `low` and the largest `high` of null pairs' estimates of an effect, of all
    comparisons together, under the raw lens.
    """
    arms = {arm_of(one, RAW_LENS, place=f"depth {tenth:g}"): tenth for one in compared for tenth in TENTHS}
    own = null_estimates[null_estimates["arm"].isin(list(arms)) & (null_estimates["effect"] == effect)]
    depths = own.assign(depth=own["arm"].map(arms)).groupby("depth")
    return pd.DataFrame({"low": depths["low"].min(), "high": depths["high"].max()})


def draw_floor(panels: Mapping[str, Axes], floor: pd.DataFrame, sides: Sequence[str]) -> Line2D:
    """Draw these sides of the floor in every panel and return the legend entry."""
    for axes in panels.values():
        for side in sides:
            axes.plot(floor.index, floor[side], gid=f"floor {side}", zorder=1, **FLOOR)
    return Line2D([], [], label="no instruction tuning", **FLOOR)


def handles(colours: Mapping[str, str], words: Mapping[str, str]) -> list[Line2D]:
    """Return legend entries: of comparisons in their colours, of the lines of lenses, and of crosses."""
    compared = [
        Line2D([], [], color=COLOURS[colours[one]], marker=".", markersize=3, label=label)
        for one, label in words.items()
    ]
    return [
        *compared,
        *(Line2D([], [], color=INK, linestyle=line, label=f"{lens} lens") for lens, line in LINES.items()),
        NO_BETTER,
    ]
