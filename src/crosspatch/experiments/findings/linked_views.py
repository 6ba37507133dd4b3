"""Specifications of the plots on the page, by Altair; their rows are those of the page's table, under a name."""

from typing import Any

import altair as alt

EVENTS, SWEEP = "events", "sweep"
"""Names under which the page hands rows to the plots."""
BRUSH, PICKED = "brush", "category"
"""How the selections are called, by which the page filters its table too."""


def linked_views() -> dict[str, Any]:
    """Return three linked plots of the events: interaction over position, over native shift, and by category.

    A brush in one of the first two, or a category picked in the third, marks the same events in the others. Colours are
    words for meanings, which the page fills in, since it knows whether it is light or dark.
    """
    rows = alt.NamedData(EVENTS)
    brushes = [alt.selection_interval(name=f"{BRUSH}_{name}") for name in ("position", "shift")]
    picked = alt.selection_point(name=PICKED, fields=["category"], on="click")
    chosen = brushes[0] & brushes[1] & picked
    marked = {"color": alt.condition(chosen, alt.value("interaction"), alt.value("neutral"))}
    tips = [alt.Tooltip(f"{name}:N") for name in ("family", "prompt_id", "category", "step", "interaction")]
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, size=26)
        .encode(
            y=alt.Y("interaction:Q", title="interaction (logits)"), tooltip=tips, **marked, opacity=_faded(chosen, 0.65)
        )
    )
    by_position = points.encode(x=alt.X("step:Q", title="position", axis=alt.Axis(tickMinStep=1, format="d")))
    by_shift = points.encode(x=alt.X("native_shift:Q", title="native shift (logits)"))
    ticks = alt.Chart(rows).mark_tick(thickness=1).encode(
        x=alt.X("interaction:Q", title="interaction (logits)"), y=alt.Y("category:N", title=None), tooltip=tips,
        **marked, opacity=_faded(chosen, 0.5),
    )  # fmt: skip
    panels = {"by_position": by_position.add_params(brushes[0]), "by_shift": by_shift.add_params(brushes[1])}
    panels["by_category"] = ticks.add_params(picked)
    named = [panel.properties(name=name) for name, panel in panels.items()]
    return _specification(alt.concat(*named, columns=3, spacing=28))


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


def _faded(chosen: Any, opacity: float) -> Any:  # noqa: ANN401 - Altair's own conditions
    return alt.condition(chosen, alt.value(opacity), alt.value(0.1))


def _specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    specification: dict[str, Any] = chart.to_dict()
    return {key: value for key, value in specification.items() if key not in ("config", "datasets")}
