"""The figure and the table of the control `native_history`: every number where it belongs."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.selection.draw_native_history import draw_native_history
from crosspatch.experiments.selection.table_native_history import SPEC, table_native_history
from crosspatch.figures.rendering import render
from crosspatch.figures.style import styled

HORIZONS = [0, 4, 16]
ARMS = [f"{side} history{end}" for side in ("tuned", "base") for end in (*(f", h = {h}" for h in HORIZONS), "")]


def row(scope, arm, effect, value, **other):
    usual = {
        "control": "native_history", "arm": arm, "effect": effect, "scope": scope, "readout": "common_tuned",
        "precision": "float32", "method": "prompt", "value": value, "low": value - 0.1, "high": value + 0.1,
        "level": 0.95, "n_events": 500, "n_prompts": 300, "n_pairs": 1, "draws": 10, "seed": 1,
    }  # fmt: skip
    return usual | other


@pytest.fixture
def estimates(make):
    """Return a function that makes the estimates of some families, of which the second has the smallest interaction.

    Every arm has a value of its own; no prompt has an event at horizon 32.
    """

    def of(count):
        rows = []
        for place, scope in enumerate(["balanced", *make.labels(count)]):
            number = {"n_pairs": count if scope == "balanced" else 1}
            shift = -0.5 if place == 2 else place / 10
            rows.append(row(scope, "first divergence", "interaction", 2.0 + shift, **number))
            for y, arm in enumerate(ARMS):
                rows.append(row(scope, arm, "interaction", y / 10 + shift, n_events=100 + y, n_prompts=90, **number))
                rows.append(row(scope, arm, "retention", y / 20, **number))
            known = number | {"readout": None, "precision": None, "n_events": 320}
            rows += [row(scope, arm, "has_event", 0.8, **known) for arm in ARMS]
            rows += [row(scope, f"{side} history, h = 32", "has_event", 0.0, **known) for side in ("tuned", "base")]
        return pd.DataFrame(rows).sample(frac=1, random_state=2)

    return of


def places_of(axes, row, see):
    """Where filled dots with a row's value and interval stand."""
    dots = see.dots(axes).query("not hollow")
    places = dots.loc[np.isclose(dots["y"], row["value"]), "x"]
    wanted = [[place, row["low"], place, row["high"]] for place in places]
    return [ends[0] for ends in wanted if any(np.allclose(ends, span) for span in see.spans(axes))]


def test_means_and_families_are_where_the_numbers_are(estimates, make, see):
    drawing = draw_native_history(estimates(3), make.labels(3))
    for y in range(len(ARMS)):
        axes = drawing.figure.axes[y // 4]
        mean = pd.Series({"value": y / 10, "low": y / 10 - 0.1, "high": y / 10 + 0.1})
        assert [0, 1, 2, 4][y % 4] in places_of(axes, mean, see)
    right = drawing.figure.axes[1]
    families = see.dots(right).query("hollow and x < 10")
    first = families[families["y"].round(6).isin([0.5, 0.6, 0.7, 0.8])]
    assert {-0.15, 0.85, 1.85, 3.85} <= set(first["x"].round(6))
    assert not families["x"].between(2, 3.5).any()
    drawn = [pd.notna(line.get_ydata()).sum() for line in right.lines if line.get_alpha() or len(line.get_xdata()) > 2]
    assert sorted(drawn) == [0, 3, 3, 3], "the mean has no line"
    assert set(drawing.drawn["effect"]) == {"interaction"}


def test_horizons_rise_as_numbers_and_say_how_many_events(estimates, make):
    left, right = draw_native_history(estimates(2), make.labels(2)).figure.axes
    for axes, first in ((left, 100), (right, 104)):
        ticks = [label.get_text() for label in axes.get_xticklabels()]
        assert ticks == [f"0\n{first}", f"4\n{first + 1}", f"16\n{first + 2}", "32\n0", f"pooled\n{first + 3}"]


def test_the_dashed_line_is_the_mean_at_the_first_divergences(estimates, make, see):
    for axes in draw_native_history(estimates(2), make.labels(2)).figure.axes:
        (line,) = [line for line in axes.lines if line.get_gid() == "reference"]
        assert set(line.get_ydata()) == {2.0}


@pytest.mark.parametrize("count", [1, 5])
def test_no_text_overlaps_another_or_leaves_the_page(estimates, make, see, count):
    figure = draw_native_history(estimates(count), make.labels(count)).figure
    with styled():
        boxes = see.visible_texts(figure)
    width, height = figure.bbox.size
    for text, box in boxes.items():
        inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
        assert inside, text.get_text()
    for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
        across = min(box.x1, another.x1) - max(box.x0, another.x0)
        along = min(box.y1, another.y1) - max(box.y0, another.y0)
        assert min(across, along) < 1.5, f"{one.get_text()!r} overlaps {other.get_text()!r}"
    assert any("interaction (logits), 95% interval" in text.get_text() for text in boxes)


def test_a_study_of_one_family_without_a_mean(estimates, make, see):
    rows = estimates(1)
    figure = draw_native_history(rows[rows["scope"] != "balanced"], make.labels(1)).figure
    dots = see.dots(figure.axes[0])
    assert dots.loc[dots["x"] == 4, "y"].tolist() == [pytest.approx(0.4)]
    assert not dots["hollow"].any()


def test_the_table_has_both_directions_and_the_smallest_family_again(estimates, make):
    table = table_native_history(estimates(3), make.labels(3))
    labels = [*make.labels(3).values(), "Mean of 3 families"]
    assert list(table["family"]) == [*labels, "smallest: Qwen3 4B"] * 2
    assert list(table["history"].unique()) == ["along the tuned rollout", "along the base rollout"]
    mean, smallest = (table[table["family"] == name].iloc[1] for name in ("Mean of 3 families", "smallest: Qwen3 4B"))
    assert mean[["interaction", "interaction_low", "retention", "n_events", "n_prompts"]].tolist() == [
        *(0.7, pytest.approx(0.6), 0.35, 107, 90)
    ]
    assert smallest["interaction"] == pytest.approx(0.2)
    assert table["has_event"].eq(0.8).all()
    assert "0.70 [0.60, 0.80]" in render(table, SPEC)["markdown"]


def test_a_study_of_one_family_has_no_smallest(estimates, make):
    assert list(table_native_history(estimates(1), make.labels(1))["family"]) == ["Llama 3.1 8B"] * 2


def test_a_family_without_an_event_keeps_its_place(estimates, make):
    rows = estimates(2)
    lost = (rows["scope"] == "qwen3_4b") & (rows["arm"] == "base history") & (rows["effect"] != "has_event")
    table = table_native_history(rows[~lost], make.labels(2))
    row = table[(table["family"] == "Qwen3 4B") & (table["arm"] == "base history")].iloc[0]
    assert row[["n_events", "n_prompts"]].tolist() == [0, 0]
    assert pd.isna(row["interaction"])


def test_what_is_missing_is_named(estimates, make):
    with pytest.raises(TableError, match="figure native_history: the table has no rows; make the estimates"):
        draw_native_history(estimates(1).iloc[:0], make.labels(1))
    pooled = estimates(1).query("arm == 'tuned history'")
    with pytest.raises(
        TableError, match="figure native_history: no arm 'tuned history' with a horizon; make the estimates"
    ):
        draw_native_history(pooled, make.labels(1))
