"""The figure and the table of the control `selection`: every number where it belongs."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.selection.draw_selection import draw_selection
from crosspatch.experiments.selection.table_selection import ARMS, SPEC, table_selection
from crosspatch.figures.rendering import render
from crosspatch.figures.style import styled

BARS = {"first divergence": 1.6, "both paths": 1.0, "base path": 0.8, "tuned path": -0.2, "future pair": 0.05}


def row(scope, arm, effect, value, **other):
    usual = {
        "control": "selection", "arm": arm, "effect": effect, "scope": scope, "readout": "common_tuned",
        "precision": "float32", "method": "prompt", "value": value, "low": value - 0.1, "high": value + 0.1,
        "level": 0.95, "n_events": 600, "n_prompts": 300, "n_pairs": 1, "draws": 10, "seed": 1,
    }  # fmt: skip
    return usual | other


@pytest.fixture
def estimates(make):
    """Return a function that makes the estimates of some families; family number p has p / 10 more than the mean."""

    def of(count):
        rows = []
        scopes = ["balanced", *make.labels(count)]
        for (place, scope), (arm, bar) in itertools.product(enumerate(scopes), BARS.items()):
            number = {"n_pairs": count} if scope == "balanced" else {}
            without = dict.fromkeys(("readout", "precision"), None) | number | {"n_events": 320}
            rows += [
                row(scope, arm, "interaction", bar + place / 10, n_events=600 - len(arm), **number),
                row(scope, arm, "retention", bar / 1.6, **number),
                row(scope, arm, "native_shift", 9.0, **number),
                row(scope, arm, "interaction", 9.0, **number | {"readout": "native"}),
                row(scope, arm, "has_event", 0.9, **without),
                row(scope, arm, "position_at_least_3", 0.5, **without),
                row(scope, arm, "has_content", 0.6, **without),
            ]
            rows += [row(scope, arm, "read_again", 0.99, **without)] if "path" in arm and "both" not in arm else []
        return pd.DataFrame(rows)

    return of


def test_bars_points_and_intervals_are_where_the_numbers_are(estimates, make, see):
    drawing = draw_selection(estimates(3), make.labels(3))
    (axes,) = drawing.figure.axes
    for y, (arm, bar) in enumerate(BARS.items()):
        assert see.artist(drawing.figure, f"bar {arm}").get_width() == bar
        dots = see.dots(axes).query("abs(y - @y) < 0.5")
        assert dots.loc[~dots["hollow"], "x"].tolist() == [bar]
        assert any(np.allclose(span, [bar - 0.1, y + 0.1, bar + 0.1, y + 0.1]) for span in see.spans(axes))
        assert sorted(dots.loc[dots["hollow"], "x"]) == pytest.approx([bar + place / 10 for place in (1, 2, 3)])
    assert set(drawing.drawn["effect"]) == {"interaction", "retention"}
    assert set(drawing.drawn["readout"]) == {"common_tuned"}


def test_ratios_stand_beside_their_bars(estimates, make, see):
    rows = estimates(2)
    reference = (rows["arm"] == "first divergence") & (rows["effect"] == "retention")
    rows.loc[reference, ["low", "high"]] = 1.0
    rows.loc[(rows["arm"] == "base path") & (rows["effect"] == "retention"), ["low", "high"]] = np.nan
    rows.loc[(rows["arm"] == "future pair") & (rows["effect"] == "retention"), "value"] = np.nan
    texts = see.all_with(draw_selection(rows, make.labels(2)).figure, "ratio ")
    words = {float(y): text.get_text() for y, text in texts.items()}
    assert [words[y] for y in range(5)] == ["100%", "62%\n[52, 72]", "50%", "\u221212%\n[\u221222, \u22122]", "\u2013"]


@pytest.mark.parametrize("count", [1, 5])
def test_no_text_overlaps_another_or_leaves_the_page(estimates, make, see, count):
    figure = draw_selection(estimates(count), make.labels(count)).figure
    with styled():
        boxes = see.visible_texts(figure)
    width, height = figure.bbox.size
    for text, box in boxes.items():
        assert box.x0 > -1, text.get_text()
        assert box.y0 > -1, text.get_text()
        assert box.x1 < width + 1, text.get_text()
        assert box.y1 < height + 1, text.get_text()
    for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
        across = min(box.x1, another.x1) - max(box.x0, another.x0)
        along = min(box.y1, another.y1) - max(box.y0, another.y0)
        assert min(across, along) < 1.5, f"{one.get_text()!r} overlaps {other.get_text()!r}"
    words = "\n".join(text.get_text() for text in boxes)
    assert "interaction (logits), 95% interval" in words
    assert "n = 584" in words


def test_an_arm_without_an_event_keeps_its_place(estimates, make, see):
    rows = estimates(2)
    lost = (rows["arm"] == "future pair") & (rows["effect"] != "has_event")
    figure = draw_selection(rows[~lost], make.labels(2)).figure
    assert any("before they part\nn = 0" in text.get_text() for text in see.visible_texts(figure))
    table = table_selection(rows[~lost], make.labels(2))
    assert table.groupby("family").size().eq(5).all()
    assert table.loc[table["arm"] == "future pair", "n_events"].tolist() == [0, 0, 0]


def test_a_study_of_one_family_without_a_mean(estimates, make, see):
    rows = estimates(1)
    figure = draw_selection(rows[rows["scope"] != "balanced"], make.labels(1)).figure
    dots = see.dots(figure.axes[0])
    assert dots.query("abs(y - 2) < 0.5")["x"].tolist() == [0.9]
    assert not dots["hollow"].any()


def test_the_table_has_a_block_per_family(estimates, make):
    table = table_selection(estimates(2), make.labels(2))
    assert list(table["family"].unique()) == ["Llama 3.1 8B", "Qwen3 4B", "Mean of 2 families"]
    assert list(table["arm"]) == [*ARMS] * 3
    second = table[table["family"] == "Qwen3 4B"].set_index("arm").loc["tuned path"]
    assert second["events"] == "random disagreement, tuned rollout"
    assert second[["interaction", "interaction_low", "retention"]].tolist() == [0.0, -0.1, -0.125]
    assert second[["n_events", "has_event", "position_at_least_3", "has_content"]].tolist() == [590, 0.9, 0.5, 0.6]
    assert table.set_index("arm").loc["both paths", "read_again"].isna().all()
    printed = render(table, SPEC)["markdown"]
    assert "0.80 [0.70, 0.90]" in printed
    assert "99.0%" in printed


def test_an_empty_table_names_figure_and_remedy(estimates, make):
    with pytest.raises(TableError, match="figure selection: the table has no rows; make the estimates"):
        draw_selection(estimates(1).iloc[:0], make.labels(1))
    with pytest.raises(TableError, match="table selection: the table has no rows; make the estimates"):
        table_selection(estimates(1).iloc[:0], make.labels(1))
