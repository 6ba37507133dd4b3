"""Specifications of the plots on the page, by Altair; their rows are those of the page's table, under a name."""

from typing import Any

import altair as alt

EVENTS, SWEEP = "events", "sweep"
"""Names under which the page hands rows to the plots."""
BRUSHES = {"position": ("step", "interaction"), "shift": ("native_shift", "interaction")}


def linked_views() -> dict[str, Any]:
    """Return three linked plots of the events: interaction over position, over native shift, and by category.

    A brush in one of the first two, or a category picked in the third, marks the same events in the others. Colours
    are the page's, which fills them in (`config`), since it knows whether it is light or dark.
    """
    brush = alt.selection_interval(name="brush", resolve="intersect")
    picked = alt.selection_point(name="category", fields=["category"], on="click")
    chosen = brush & picked
    rows = alt.NamedData(EVENTS)
    marked = alt.condition(chosen, alt.value("interaction"), alt.value("neutral"))
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, size=26)
        .encode(
            y=alt.Y("interaction:Q", title="interaction (logits)"),
            color=marked,
            opacity=alt.condition(chosen, alt.value(0.65), alt.value(0.12)),
            tooltip=[alt.Tooltip(f"{name}:N") for name in ("family", "prompt_id", "category", "step", "interaction")],
        )
    )
    by_position = points.encode(x=alt.X("step:Q", title="position", axis=alt.Axis(tickMinStep=1, format="d")))
    by_shift = points.encode(x=alt.X("native_shift:Q", title="native shift (logits)"))
    spread = _by_category(rows, brush, picked)
    panels = [by_position.add_params(brush), by_shift.add_params(brush), spread.add_params(picked)]
    return _specification(alt.concat(*panels, columns=3, spacing=28))


def sweep_view() -> dict[str, Any]:
    """Return the plot of one event's interaction over the boundaries, the pair's own boundary marked."""
    rows = alt.NamedData(SWEEP)
    line = (
        alt.Chart(rows)
        .mark_line(point=True, strokeWidth=1.5)
        .encode(
            x=alt.X(
                "boundary:Q", title="boundary", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(zero=False)
            ),
            y=alt.Y("interaction:Q", title="interaction (logits)"),
            tooltip=[alt.Tooltip("boundary:N"), alt.Tooltip("interaction:N")],
        )
    )
    zero = alt.Chart(rows).mark_rule(strokeWidth=0.6).encode(y=alt.datum(0))
    own = alt.Chart(rows).mark_rule(strokeDash=[3, 3]).encode(x="boundary:Q").transform_filter("datum.own")
    return _specification(alt.layer(zero, own, line).properties(height=150))


def _by_category(rows: alt.NamedData, brush: alt.Parameter, picked: alt.Parameter) -> alt.LayerChart:
    base = alt.Chart(rows).encode(y=alt.Y("category:N", title=None))
    ticks = base.mark_tick(thickness=1).encode(
        x=alt.X("interaction:Q", title="interaction (logits)"),
        color=alt.condition(brush & picked, alt.value("interaction"), alt.value("neutral")),
        opacity=alt.condition(brush & picked, alt.value(0.5), alt.value(0.08)),
    )
    return ticks


def _specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    specification: dict[str, Any] = chart.to_dict()
    return {key: value for key, value in specification.items() if key not in ("config", "datasets")}
