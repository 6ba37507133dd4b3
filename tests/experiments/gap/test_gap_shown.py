"""Figures and table of the gap: every estimate is where its number says, and what is missing is named."""

import itertools

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from crosspatch.errors import TableError
from crosspatch.experiments.gap.comparisons import COMPARISONS, arm_of, level_of
from crosspatch.experiments.gap.draw_gap import draw_gap
from crosspatch.experiments.gap.draw_readers import EFFECT, READERS, WROTE, draw_readers
from crosspatch.experiments.gap.table_gap import SHOWN, SPEC, table_gap
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS
from crosspatch.records.histories import LENSES, Reading
from drawn_figures import dots_of, visible_texts

LABELS = {"shallow": "Shallow 4B", "deep": "Deep_7B"}
DEPTHS = {"shallow": 4, "deep": 7, "balanced": 7}


def rows_of(scope, start):
    """Estimates of one scope of which no two are the same."""
    blocks = [f"block {block}" for block in range(DEPTHS[scope])]
    tenths = [f"depth {tenth / 10:g}" for tenth in range(11)]
    arms = [(arm_of(name, lens, place=place), "gap") for name in ("tuned history", "base history", "own histories")
            for lens in LENSES for place in blocks + tenths]  # fmt: skip
    quantities = sorted({name for _, name in SHOWN} | {EFFECT})
    arms += [(arm_of(name, lens), one) for name in COMPARISONS for lens in LENSES for one in quantities]
    every = itertools.product((*READERS, "base_chat"), (*WROTE, "tuned_raw"), LENSES)
    arms += [(arm_of(level_of(Reading(one, other)), lens), EFFECT) for one, other, lens in every]
    pairs = 2 if scope == "balanced" else 1
    for place, ((arm, effect), method) in enumerate(itertools.product(arms, ("prompt", "cluster_template"))):
        value = start + 0.001 * (place // 2)
        half = 0.1 if method == "prompt" else 0.2
        yield {
            "control": "gap", "arm": arm, "effect": effect, "scope": scope, "readout": None, "precision": None,
            "method": method, "value": value, "low": value - half, "high": value + half, "level": 0.95,
            "n_events": 30 * pairs + len(scope), "n_prompts": 30, "n_pairs": pairs, "draws": 200, "seed": 1,
        }  # fmt: skip


@pytest.fixture(scope="module")
def gap():
    starts = {"shallow": 1.0, "deep": 3.0, "balanced": 5.0}
    return pd.DataFrame([row for scope, start in starts.items() for row in rows_of(scope, start)])


def value_of(gap, scope, arm, effect):
    own = gap[(gap["scope"] == scope) & (gap["arm"] == arm) & (gap["effect"] == effect)]
    return own["value"].iloc[0]


def test_a_family_has_its_blocks_and_the_mean_the_tenths(gap):
    drawing = draw_gap(gap, LABELS)
    drawn = drawing.drawn
    counted = drawn.groupby(["scope", "history", "lens"]).size()
    assert counted["shallow"].eq(4).all()
    assert counted["deep"].eq(7).all()
    assert counted["balanced"].eq(11).all()
    assert set(drawn["history"]) == {"tuned history", "base history"}, "own histories are no same history"
    row = drawn[(drawn["scope"] == "deep") & (drawn["place"] == 3) & (drawn["lens"] == "tuned")].iloc[0]
    assert row["relative_depth"] == 0.5
    assert row["value"] == value_of(gap, "deep", row["arm"], "gap")
    assert row["high"] - row["low"] == pytest.approx(0.4), "the widest interval"
    texts = {text.get_text() for text in visible_texts(drawing.figure)}
    assert {"Shallow 4B\nn = 37", "Deep_7B\nn = 34", "Mean of 2 families\nn = 68"} <= texts


def test_lines_of_the_two_histories_have_their_colours_and_those_of_the_lenses_their_dashes(gap):
    axes = draw_gap(gap, LABELS).figure.axes[0]
    lines = [line for line in axes.lines if len(line.get_xdata()) == 4]
    bands = [len({tuple(point) for point in band.get_xy()}) for band in axes.patches]
    assert bands == [2 * 4] * 4, "a band of its own for each line"
    looks = {(to_hex(line.get_color()).upper(), bool(line._unscaled_dash_pattern[1])) for line in lines}
    assert looks == {(COLOURS[side], dashed) for side in ("tuned", "base") for dashed in (False, True)}


def test_every_reader_stands_over_who_wrote(gap):
    drawing = draw_readers(gap, LABELS)
    dots = dots_of(drawing.figure.axes[1])
    assert len(dots) == len(READERS) * len(WROTE) * len(LENSES)
    arm = arm_of("tuned_chat reads base_raw", "tuned")
    found = dots[(dots["y"] - value_of(gap, "deep", arm, EFFECT)).abs() < 1e-9].iloc[0]
    assert found["x"] == pytest.approx(0.08)
    assert found["colour"] == COLOURS["tuned"]
    assert not any("base_chat" in arm for arm in drawing.drawn["arm"])


def test_the_table_has_a_row_for_each_comparison_of_each_family(gap):
    table = table_gap(gap, LABELS)
    assert list(table["family"].unique()) == ["Shallow 4B", "Deep_7B", "Mean of 2 families"]
    assert list(table["compared"]) == list(COMPARISONS) * 3
    own = table[(table["family"] == "Deep_7B") & (table["compared"] == "base history, both raw")].iloc[0]
    arm = arm_of("base history, both raw", "tuned")
    assert own["tuned_gap_final_half"] == value_of(gap, "deep", arm, "gap_final_half")
    assert own["n_events"] == 34
    headings = [column.heading for column in SPEC.columns]
    assert len(set(headings)) == len(headings)
    assert render(table, SPEC)["csv"].count("\n") == 1 + 3 * len(COMPARISONS)


def test_estimates_without_a_curve_are_refused(gap):
    with pytest.raises(TableError, match=r"figure gap: no estimates with .*make the estimates of this study again"):
        draw_gap(gap[gap["effect"] != "gap"], LABELS)
    with pytest.raises(TableError, match="figure readers: no estimates with"):
        draw_readers(gap[~gap["arm"].str.contains(" reads ")], LABELS)
