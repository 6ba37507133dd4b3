"""Standard drawings: seaborn under our settings, one panel per family, every number where the table has it."""

import numpy as np
import pandas as pd
import pytest
import seaborn.objects as so
from matplotlib.figure import Figure

from crosspatch.figures.plots import APART, by_panel, estimated, house_plot, in_order, looks, set_apart
from crosspatch.figures.style import COLOURS, INK, new_figure, panel_columns, panel_rows, styled

EFFECTS = {"portable": "portable", "matched": "matched"}


@pytest.fixture
def rows():
    places = [("one", "portable"), ("one", "matched"), ("two", "portable")]
    rows = pd.DataFrame(places, columns=["scope", "effect"], index=[7, 7, 8]).assign(place="b", value=[1.0, 2.0, 3.0])
    return rows.assign(low=[0.5, np.nan, 2.5], high=[1.5, np.nan, 3.5])


def titled(count):
    return {f"p{place}": f"Family {place}" for place in range(count)}


@pytest.mark.parametrize("count", range(1, 13))
def test_panels_fill_their_rows_and_keep_those_without_rows(rows, count):
    figure = Figure()
    drawn = by_panel(house_plot(rows, x="value", y="place"), figure, titled(count))
    assert list(drawn) == [*titled(count)]
    assert [axes.get_title() for axes in figure.axes] == [*titled(count).values()]
    assert panel_columns(count) * (panel_rows(count) - 1) < count <= panel_columns(count) * panel_rows(count)


def test_panels_above_an_empty_place_keep_their_tick_labels(rows):
    drawn = by_panel(house_plot(rows, x="value", y="place"), Figure(), titled(5), share_x=True).values()
    shown = [axes.xaxis.get_tick_params()["labelbottom"] for axes in drawn]
    assert shown == [False, False, True, True, True]


def test_estimates_stand_in_their_panel_at_their_place_in_their_look(rows, see):
    plot = house_plot(rows, x="place", color="effect", marker="effect").scale(x=in_order("abc"), **looks(EFFECTS))
    one, two = by_panel(estimated(plot, "y", APART), Figure(), {"one": "1", "two": "2"}).values()
    dots = see.dots(one)
    assert dots["y"].tolist() == [1.0, 2.0]
    assert dots["x"].tolist() == pytest.approx([0.8, 1.2])
    assert dots["colour"].tolist() == [COLOURS["portable"], COLOURS["matched"]]
    assert dots["shape"].nunique() == 2
    (span,) = see.spans(one)
    assert span == pytest.approx([0.8, 0.5, 0.8, 1.5])
    assert see.dots(two)[["x", "y"]].to_numpy().tolist() == [[pytest.approx(0.8), 3.0]]


def test_a_part_has_the_numbers_of_its_rows_only(rows, see):
    parts = set_apart(rows.reset_index(drop=True), first=pd.Series([True, False, False]))
    assert parts["first_value"].tolist()[0] == 1.0
    assert parts.loc[1:, ["first_value", "first_low", "first_high"]].isna().all(axis=None)
    plot = estimated(house_plot(parts, y="place"), "x", part="first_", group="effect", color=COLOURS["base"])
    (axes,) = by_panel(plot, Figure(), {"one": "1"}).values()
    assert see.dots(axes)["x"].tolist() == [1.0]
    assert len(see.spans(axes)) == 1


def test_the_look_is_ours_and_not_seaborns(rows):
    with styled():
        figure = new_figure(2.0)
        (axes,) = by_panel(house_plot(rows, x="value", y="place").add(so.Dot()), figure, {"one": "1"}).values()
    assert axes.get_facecolor() == (1.0, 1.0, 1.0, 1.0)
    assert not axes.spines["top"].get_visible()
    assert axes.yaxis.label.get_text() == axes.xaxis.label.get_text() == ""
    assert axes.get_title(loc="left") == "1"
    assert axes.xaxis.get_ticklabels()[0].get_color() == INK
    assert axes.xaxis.get_ticklabels()[0].get_fontsize() == 7
    assert not figure.legends
