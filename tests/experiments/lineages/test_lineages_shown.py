"""The figure and the tables of lineages hold the numbers of their table, each where it belongs."""

import itertools

import numpy as np
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.lineages.draw_lineages import draw_lineages
from crosspatch.experiments.lineages.table_lineage_supports import SPEC as SUPPORTS_SPEC
from crosspatch.experiments.lineages.table_lineage_supports import table_lineage_supports
from crosspatch.experiments.lineages.table_lineages import SPEC, table_lineages
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS, styled
from planted_lineages import STAGES, lineages_of


def widest_of(table, lineage, stage, effect, *, position=0, readout="common_tuned", precision="float32", support=0):
    """The row of one estimate whose interval is over token pairs, the widest of those planted."""
    wanted = {"control": f"lineage {lineage}", "stage": stage, "effect": effect, "position": position}
    wanted |= {"readout": readout, "precision": precision, "support_place": support, "method": "cluster_tokens"}
    for column, value in wanted.items():
        table = table[table[column] == value]
    (row,) = table.itertuples()
    return row


def panels(drawing, count):
    axes = drawing.figure.axes
    return list(zip(axes[:count], axes[count:], strict=True))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_stage_stands_in_its_place_with_its_widest_interval(see, count):
    table = lineages_of(count)
    for (name, stages), (upper, lower) in zip(STAGES.items(), panels(draw_lineages(table), count), strict=False):
        for place, stage in enumerate(stages):
            for position, aside in ((0, -0.08), (3, 0.08)):
                if place:  # the first stage has none: its two points coincide in height
                    row = widest_of(table, name, stage, "interaction", position=position)
                    assert see.place(upper, "y", row) == pytest.approx(place + aside)
            row = widest_of(table, name, stage, "picks_tuned_token", readout="native", precision="checkpoint")
            assert see.place(lower, "y", row) == place


def test_hollow_points_and_they_alone_are_of_later_positions(see):
    table = lineages_of(1)
    ((upper, lower),) = panels(draw_lineages(table), 1)
    dots = see.dots(upper)
    white = dots[dots["colour"] == "#FFFFFF"]
    later = [widest_of(table, "line_a", stage, "interaction", position=3).value for stage in STAGES["line_a"]]
    np.testing.assert_allclose(sorted(white["y"]), sorted(later))
    assert len(dots) == 2 * len(STAGES["line_a"])
    assert set(see.dots(lower)["colour"]) == {COLOURS["tuned"]}


def test_the_stages_of_a_panel_are_joined_in_their_order():
    table = lineages_of(2)
    shuffled = table.sample(frac=1, random_state=3)
    for own in (table, shuffled.sort_values("control", kind="stable")):
        for (name, stages), (upper, _) in zip(STAGES.items(), panels(draw_lineages(own), 2), strict=False):
            values = [widest_of(table, name, stage, "interaction").value for stage in stages]
            paths = [line.get_ydata() for line in upper.lines if len(line.get_xdata()) == len(stages)]
            assert any(np.allclose(path, values) for path in paths)
            assert [tick.get_text() for tick in upper.get_xticklabels()] == stages


def test_a_study_without_later_events_has_no_hollow_points(see):
    table = lineages_of(1)
    drawing = draw_lineages(table[table["position"] == 0])
    dots = see.dots(drawing.figure.axes[0])
    assert "#FFFFFF" not in set(dots["colour"])
    assert list(dots["x"]) == [0, 1, 2, 3]
    assert not any("≥3" in text.get_text() for text in see.visible_texts(drawing.figure))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_text_overlaps_another_or_leaves_the_page(see, count):
    drawing = draw_lineages(lineages_of(count))
    with styled():
        boxes = see.visible_texts(drawing.figure)
    width, height = drawing.figure.bbox.size
    for text, box in boxes.items():
        inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
        assert inside, f"{text.get_text()!r} leaves the page"
    for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
        across = min(box.x1, another.x1) - max(box.x0, another.x0)
        along = min(box.y1, another.y1) - max(box.y0, another.y0)
        assert min(across, along) < 1.5, f"{one.get_text()!r} overlaps {other.get_text()!r}"


def test_the_table_has_every_stage_of_every_lineage(see):
    planted = lineages_of(2)
    table = table_lineages(planted)
    assert list(table["stage"]) == [*STAGES["line_a"], *STAGES["line_b"]]
    wanted = {
        "interaction": {"effect": "interaction"},
        "retention": {"effect": "retention"},
        "later": {"effect": "interaction", "position": 3},
        "native": {"effect": "interaction", "readout": "native"},
        "common_base": {"effect": "interaction", "readout": "common_base"},
        "picks": {"effect": "picks_tuned_token", "readout": "native", "precision": "checkpoint"},
    }
    rows = [(name, stage) for name in ("line_a", "line_b") for stage in STAGES[name]]
    for (place, (name, stage)), (column, key) in itertools.product(enumerate(rows), wanted.items()):
        row = widest_of(planted, name, stage, **key)
        found = tuple(table.loc[place, [column, f"{column}_low", f"{column}_high"]])
        assert found == (row.value, row.low, row.high), (name, stage, column)
    ends = table[table["null_tokens"].notna()]
    assert list(ends["stage"]) == ["Final", "RLVR"]
    np.testing.assert_allclose(ends[["null_tokens", "null_prompts"]], [[0.56, 0.28], [0.68, 0.34]])
    printed = render(table, SPEC)["markdown"]
    assert "| Line A 7B | Base    |" in printed
    assert "100.0% [94.3%, 106.3%]" in printed
    assert "95% intervals" in printed


def test_the_table_of_supports_has_every_later_stage_of_each():
    planted = lineages_of(2)
    table = table_lineage_supports(planted)
    later = STAGES["line_a"][1:]
    assert list(table["stage"]) == [*later, *later, *later, *STAGES["line_b"][1:]]
    assert list(table["support"].unique()) == ["Pair a_final", "Pair a_sft", "Pair a_dpo", "Pair b_rlvr"]
    for place, (support, stage) in enumerate(itertools.product(range(3), later)):
        row = widest_of(planted, "line_a", stage, "interaction", support=support)
        assert tuple(table.loc[place, ["interaction", "interaction_low", "n_events"]]) == (
            row.value,
            row.low,
            row.n_events,
        )
    assert "Pair a_dpo" in render(table, SUPPORTS_SPEC)["markdown"]


@pytest.mark.parametrize("show", [draw_lineages, table_lineages, table_lineage_supports])
def test_a_table_without_stages_is_refused(show):
    planted = lineages_of(1)
    with pytest.raises(
        TableError, match=r"(figure|table) lineage.*: the table has no rows; make the estimates of this"
    ):
        show(planted.iloc[:0])
    with pytest.raises(
        TableError, match=r"lineage.*: the table lacks the columns \['stage'\]; make the estimates of th"
    ):
        show(planted.drop(columns="stage"))
    with pytest.raises(TableError, match=r"lineage.*: no interaction of a stage; make the estimates"):
        show(planted[planted["effect"] != "interaction"])
