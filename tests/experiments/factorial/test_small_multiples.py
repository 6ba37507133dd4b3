"""Positions, categories and readouts: every estimate is where its number says."""

import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.factorial.draw_categories import draw_categories
from crosspatch.experiments.factorial.draw_positions import draw_positions
from crosspatch.experiments.factorial.draw_readouts import draw_readouts
from crosspatch.figures.rows import position_arms
from crosspatch.figures.style import COLOURS

OFFSETS = {"portable": -0.8 / 3, "matched": 0.0, "interaction": 0.8 / 3}


def panel_of(figure, label):
    (axes,) = [axes for axes in figure.axes if axes.get_title(loc="left") == label]
    return axes


def test_positions_draw_every_estimate(make, see):
    drawing = draw_positions(make.effects(3), make.labels(3))
    assert len(drawing.drawn) == 4 * 5 * 3
    for row in drawing.drawn.itertuples():
        arms = ["all", "position >= 1", "position >= 3", "position >= 5", "position >= 10"]
        place = see.place(panel_of(drawing.figure, row.label), "y", row)
        assert place == pytest.approx(arms.index(row.arm) + OFFSETS[row.effect])


def test_positions_say_k_and_the_number_of_events(make):
    figure = draw_positions(make.effects(2), make.labels(2)).figure
    ticks = [label.get_text() for label in panel_of(figure, "Qwen3 4B").get_xticklabels()]
    assert ticks == ["all\n597", "≥1\n308", "≥3\n194", "≥5\n128", "≥10\n40"]


def test_position_arms_rise_as_numbers_not_as_words(make):
    shuffled = make.effects(1).sample(frac=1, random_state=1)
    assert position_arms(shuffled)[1:] == ["position >= 1", "position >= 3", "position >= 5", "position >= 10"]


def test_the_three_effects_of_a_position_do_not_hide_each_other(make, see):
    dots = see.dots(draw_positions(make.effects(1), make.labels(1)).figure.axes[-1])
    first = dots[dots["x"] < 0.5].sort_values("x")
    assert list(first["colour"]) == [COLOURS[effect] for effect in OFFSETS]
    assert first["shape"].nunique() == 3


def test_categories_draw_every_estimate(make, see):
    drawing = draw_categories(make.effects(3), make.labels(3))
    names = ["conversation", "facts", "format", "reasoning", "safety"]
    assert len(drawing.drawn) == 4 * 5
    for row in drawing.drawn.itertuples():
        place = see.place(panel_of(drawing.figure, row.label), "x", row)
        assert place == names.index(row.arm.removeprefix("category "))


def test_categories_say_the_number_of_events(make):
    effects = make.effects(2)
    gone = (effects["scope"] == "qwen3_4b") & (effects["arm"] == "category safety")
    figure = draw_categories(effects[~gone], make.labels(2)).figure
    texts = {text.get_gid(): text.get_text() for text in panel_of(figure, "Qwen3 4B").texts}
    assert texts == {"n -1": "n", "n 0": "117", "n 1": "117", "n 2": "117", "n 3": "117", "n 4": "0"}


def test_a_study_without_categories_is_refused(make):
    effects = make.effects(1)
    with pytest.raises(TableError, match=r"figure categories: no estimates with .*'arm': "):
        draw_categories(effects[effects["arm"] == "all"], make.labels(1))


def test_readouts_draw_every_estimate(make, see):
    drawing = draw_readouts(make.effects(3), make.labels(3))
    order = [*make.labels(3), "balanced"]
    titles = {"float32": "readout in float32", "checkpoint": "readout in the checkpoint's dtype"}
    assert len(drawing.drawn) == 4 * 3 * 2
    for row in drawing.drawn.itertuples():
        place = see.place(panel_of(drawing.figure, titles[row.precision]), "x", row)
        assert round(place) == order.index(row.scope)


def test_readouts_have_a_colour_and_a_marker_each(make, see):
    dots = see.dots(draw_readouts(make.effects(1), make.labels(1)).figure.axes[0])
    first = dots[dots["y"] < 0.5].sort_values("y")
    assert list(first["colour"]) == [COLOURS[meaning] for meaning in ("tuned", "base", "neutral")]
    assert first["shape"].nunique() == 3
