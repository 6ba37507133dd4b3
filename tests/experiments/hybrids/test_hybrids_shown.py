"""Figures and table of hybrid states: every number of the estimates, in its place, and nothing else."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from crosspatch.errors import TableError
from crosspatch.experiments.hybrids.draw_anomaly import draw_anomaly
from crosspatch.experiments.hybrids.draw_interpolation import draw_interpolation
from crosspatch.experiments.hybrids.table_hybrids import QUANTITIES, SPEC, table_hybrids
from crosspatch.figures.rendering import render
from crosspatch.figures.style import MUTED, styled

FIRST = "first divergence"
SHARES = ["tuned share 0", "tuned share 0.5", "tuned share 1"]
ANOMALY = [FIRST, "lowest 50%", "highest 50%", "lowest 33%", "highest 67%"]
KEYS = [
    *(("interpolation", arm, "interaction") for arm in [FIRST, *SHARES]),
    *(("interpolation", arm, "portable") for arm in [FIRST, *SHARES]),
    *(("signed_permutation", arm, "interaction") for arm in [FIRST, "permutation 0"]),
    *QUANTITIES.values(),
    *(("anomaly", arm, effect) for arm in ANOMALY for effect in ("interaction", "retention")),
    ("anomaly", "base at home", "anomaly"),
]


@pytest.fixture
def estimates(make):
    """Return a function that makes the estimates of some controls of `count` families, every number another."""

    def build(count, *controls):
        keys = [key for key in dict.fromkeys(KEYS) if key[0] in controls]
        scopes = [
            *make.labels(count),
            "balanced",
            "pooled",
            *(f"balanced without {pair}" for pair in make.labels(count)),
        ]
        rows = []
        for number, (scope, (control, arm, effect)) in enumerate(itertools.product(scopes, keys)):
            view = {"readout": None, "precision": None} if effect == "anomaly" else {"readout": "common_tuned"}
            numbers = {"value": number / 100 - 1, "low": number / 100 - 1.3, "high": number / 100 - 0.8}
            counts = {"n_events": 300 + number, "n_prompts": 300, "n_pairs": count if scope == "balanced" else 1}
            known = {"control": control, "arm": arm, "effect": effect, "scope": scope, "method": "prompt"}
            rows.append(
                {"precision": "float32", "level": 0.95, "draws": 10, "seed": 1} | known | view | numbers | counts
            )
        return pd.DataFrame(rows)

    return build


@pytest.fixture
def doses(estimates):
    return estimates(3, "interpolation", "signed_permutation")


def value_of(estimates, scope, control, arm, effect):
    keys = {"scope": scope, "control": control, "arm": arm, "effect": effect}
    (row,) = estimates[(estimates[list(keys)] == pd.Series(keys)).all(axis=1)].itertuples()
    return row


def panel_of(drawing, labels, scope):
    return drawing.figure.axes[[*labels, "balanced"].index(scope)]


def test_every_share_is_drawn_where_it_is(doses, make, see):
    drawing = draw_interpolation(doses, make.labels(3))
    for scope, (x, arm) in itertools.product([*make.labels(3), "balanced"], zip((0.0, 0.5, 1.0), SHARES, strict=True)):
        row = value_of(doses, scope, "interpolation", arm, "interaction")
        assert see.place(panel_of(drawing, make.labels(3), scope), "y", row) == x


def test_the_straight_line_ends_at_the_pairs_own_interaction(doses, make):
    drawing = draw_interpolation(doses, make.labels(3))
    own = value_of(doses, "qwen3_4b", "interpolation", FIRST, "interaction").value
    lines = [line for axes in drawing.figure.axes for line in axes.lines if len(line.get_xdata())]
    dashed = [line for line in lines if to_hex(line.get_color()).upper() == MUTED]
    assert len(dashed) == 4
    (line,) = [line for line in dashed if line.axes is panel_of(drawing, make.labels(3), "qwen3_4b")]
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([0, 1], [0, own])


def test_random_displacements_stand_beside_if_there_are_any(doses, make, see):
    drawing = draw_interpolation(doses, make.labels(3))
    row = value_of(doses, "mistral_7b", "signed_permutation", "all draws", "signed_displacement")
    assert see.place(panel_of(drawing, make.labels(3), "mistral_7b"), "y", row) == pytest.approx(1.3)
    assert len(drawing.drawn) == 4 * (4 + 1)
    alone = draw_interpolation(doses[doses["control"] == "interpolation"], make.labels(3))
    assert len(alone.drawn) == 4 * 4
    words = [text.get_text() for text in see.visible_texts(alone.figure)]
    assert not any("random" in word for word in words)


def test_anomaly_draws_all_events_then_the_lowest_then_the_others(estimates, make, see):
    table = estimates(2, "anomaly")
    drawing = draw_anomaly(table, make.labels(2))
    order = ["all events", "lowest 50%", "lowest 33%", "highest 50%", "highest 67%"]
    axes = drawing.figure.axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == order
    for scope, arm in itertools.product([*make.labels(2), "balanced"], ANOMALY):
        row = value_of(table, scope, "anomaly", arm, "interaction")
        place = see.place(panel_of(drawing, make.labels(2), scope), "x", row)
        assert place == order.index(arm.replace(FIRST, "all events"))
    assert len(drawing.drawn) == 3 * 5


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_no_text_overlaps_another_or_leaves_the_page(estimates, make, see, count):
    labels = make.labels(count)
    doses = draw_interpolation(estimates(count, "interpolation", "signed_permutation"), labels)
    for drawing in (doses, draw_anomaly(estimates(count, "anomaly"), labels)):
        with styled():
            boxes = see.visible_texts(drawing.figure)
        width, height = drawing.figure.bbox.size
        assert any("(logits)" in text.get_text() for text in boxes)
        for text, box in boxes.items():
            inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
            assert inside, f"{text.get_text()!r} leaves the page"
        for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
            across = min(box.x1, another.x1) - max(box.x0, another.x0)
            along = min(box.y1, another.y1) - max(box.y0, another.y0)
            assert min(across, along) < 1.5, f"{one.get_text()!r} overlaps {other.get_text()!r}"


def test_both_figures_say_how_many_events(estimates, make, see):
    table = estimates(1, "interpolation", "anomaly")
    for draw, control in ((draw_interpolation, "interpolation"), (draw_anomaly, "anomaly")):
        own = table[table["control"] == control]
        words = "\n".join(text.get_text() for text in see.visible_texts(draw(own, make.labels(1)).figure))
        assert str(value_of(own, "llama31_8b", control, FIRST, "interaction").n_events) in words


def test_missing_intervals_are_left_out_and_nothing_else(estimates, make, see):
    table = estimates(2, "interpolation", "anomaly").assign(low=np.nan, high=np.nan, level=np.nan)
    for draw, control in ((draw_interpolation, "interpolation"), (draw_anomaly, "anomaly")):
        figure = draw(table[table["control"] == control], make.labels(2)).figure
        assert not any(see.spans(axes) for axes in figure.axes)
        assert all(len(see.dots(axes)) for axes in figure.axes)


def test_an_empty_table_names_figure_and_remedy(estimates, make):
    nothing = estimates(1, "interpolation").iloc[:0]
    for draw, name in ((draw_anomaly, "figure anomaly"), (table_hybrids, "table hybrids")):
        with pytest.raises(TableError, match=rf"{name}: the table has no rows; make the estimates"):
            draw(nothing, make.labels(1))
    for table, said in ((nothing, "has no rows"), (nothing.drop(columns="arm"), r"lacks the columns \['arm'\]")):
        with pytest.raises(TableError, match=rf"figure interpolation: the table {said}"):
            draw_interpolation(table, make.labels(1))


def test_the_table_has_every_number_of_every_family(estimates, make):
    table = estimates(2, "interpolation", "signed_permutation", "rescaling", "anomaly")
    made = table_hybrids(table, make.labels(2))
    assert list(made["family"]) == ["Llama 3.1 8B", "Qwen3 4B", "Mean of 2 families"]
    for (name, key), (place, scope) in itertools.product(QUANTITIES.items(), enumerate([*make.labels(2), "balanced"])):
        row = value_of(table, scope, *key)
        assert tuple(made.loc[place, [name, f"{name}_low", f"{name}_high"]]) == (row.value, row.low, row.high)
    own = value_of(table, "qwen3_4b", "interpolation", FIRST, "interaction")
    assert (made.loc[1, "interaction"], made.loc[1, "n_events"]) == (own.value, own.n_events)
    assert set(QUANTITIES) <= {column.name for column in SPEC.columns}


def test_numbers_of_a_control_that_a_study_does_not_have_are_dashes(estimates, make):
    made = table_hybrids(estimates(1, "interpolation"), make.labels(1))
    assert made["host_norm"].isna().all()
    line = render(made, SPEC)["markdown"].splitlines()[-1]
    assert line.count("\N{EN DASH}") == 7
    assert "%" in line
