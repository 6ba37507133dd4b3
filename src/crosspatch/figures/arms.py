"""What figures and tables of controls share: which rows of estimates they show, and arms as lines of points."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.errors import TableError
from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import horizontal_interval
from crosspatch.figures.selection import headline_scope
from crosspatch.figures.style import COLOURS, MARKERS, MUTED
from crosspatch.figures.words import BALANCED, Labels

REFERENCE = "first divergence"
COLUMNS = [
    *("control", "arm", "effect", "scope", "readout", "precision", "method"),
    *("value", "low", "high", "level", "n_events", "n_prompts", "n_pairs"),
]
PRIMARY = {"readout": ("common_tuned", None), "precision": ("float32", None)}
REMEDY = (
    "estimate the controls of this study again (snakemake estimate_control) and check the rows of `controls` in config"
)


def select_arms(
    estimates: pd.DataFrame,
    wanted_by: str,
    labels: Labels,
    *,
    others: Sequence[str] = (),
    **wanted: str | Sequence[str],
) -> pd.DataFrame:
    """Return the rows of a `control_effects` table whose columns are as `wanted`, families in the order of `labels`.

    Readout and precision are primary, or those of a quantity without, where not said. The mean over families comes
    last, and after it the `others` among the scopes. A column `label` is added. Raises TableError, naming `wanted_by`,
    if nothing is left or a family has no label.
    """
    need_columns(estimates, COLUMNS, wanted_by, REMEDY)
    scopes = [*labels, BALANCED, *others]
    keep = estimates["scope"].isin(scopes)
    for column, value in {**PRIMARY, **wanted}.items():
        allowed = [value] if isinstance(value, str) else list(value)
        keep &= estimates[column].isin(allowed) | (estimates[column].isna() & (None in allowed))
    if not keep.any():
        raise TableError(f"{wanted_by}: no estimates with {wanted} in scopes {scopes}; {REMEDY}")
    rows = estimates.loc[keep, COLUMNS]
    families = rows.loc[rows["scope"] == BALANCED, "n_pairs"].max()
    mean = "Mean of 1 family" if families == 1 else f"Mean of {families:.0f} families"
    names = {**dict(zip(others, others, strict=True)), **labels, BALANCED: mean}
    order = {scope: place for place, scope in enumerate(scopes)}
    rows = rows.assign(label=rows["scope"].map(names)).sort_values(
        "scope", key=lambda own: own.map(order), kind="stable"
    )
    return rows.reset_index(drop=True)


def draw_arms(axes: Axes, rows: pd.DataFrame, arms: Mapping[str, str], meaning: str = "interaction") -> None:
    """Draw one line per arm, first on top: families as small points, their mean as a large one with its interval.

    `rows` are selected rows of one effect; `arms` gives each arm's words. Under the words stands how many events the
    mean is over. A study of one family shows that family as the mean.
    """
    axes.grid(axis="x")
    scope = headline_scope(rows, f"figure of {rows['control'].iloc[0]}")
    for y, arm in enumerate(arms):
        own = rows[rows["arm"] == arm]
        for row in own[own["scope"] != scope].itertuples():
            _family_point(axes, row.value, y - 0.2, f"family {row.scope} {arm}")
        for row in own[own["scope"] == scope].itertuples():
            horizontal_interval(axes, row.low, row.high, y=y + 0.1, colour=COLOURS[meaning], name=f"interval {arm}")
            axes.plot(
                [row.value], [y + 0.1], marker=MARKERS[meaning], markersize=4.6, markeredgewidth=0,
                color=COLOURS[meaning], gid=f"value {arm}",
            )  # fmt: skip
    counts = rows[rows["scope"] == scope].set_index("arm")["n_events"]
    axes.set_yticks(range(len(arms)), [f"{words}\nn = {counts.get(arm, 0)}" for arm, words in arms.items()])
    axes.set_ylim(len(arms) - 0.5, -0.5)


def _family_point(axes: Axes, value: float, y: float, name: str) -> None:
    axes.plot(
        [value], [y], marker="o", markersize=3.2, markerfacecolor="none", markeredgewidth=0.8, color=MUTED, gid=name
    )
