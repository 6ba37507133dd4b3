"""Figures and table of the gap: every estimate is where its number says, and what is missing is named."""

import itertools

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from crosspatch.errors import TableError
from crosspatch.experiments.gap.comparisons import COMPARISONS, arm_of, level_of
from crosspatch.experiments.gap.draw_gap import draw_gap
from crosspatch.experiments.gap.draw_readers import EFFECT, READERS, WROTE, draw_readers
from crosspatch.experiments.gap.draw_same_block import COUPLES, draw_same_block
from crosspatch.experiments.gap.table_gap import SHOWN, SPEC, table_gap
from crosspatch.experiments.gap.table_varied import keys_of, table_varied
from crosspatch.experiments.gap.varied_gaps import HISTORIES
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS
from crosspatch.records.histories import LENSES, Reading
from drawn_figures import dots_of, visible_texts

LABELS = {"shallow": "Shallow 4B", "deep": "Deep_7B"}
NULL = {"twin": "Twin"}
DEPTHS = {"shallow": 4, "deep": 7, "balanced": 7, "twin": 5}


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


@pytest.fixture(scope="module")
def floor():
    """Estimates of a null pair, the base history 10 higher."""
    rows = pd.DataFrame(rows_of("twin", -2.0))
    up = rows["arm"].str.startswith("base history") * 10.0
    return rows.assign(**{name: rows[name] + up for name in ("value", "low", "high")})


@pytest.fixture(scope="module")
def lenses():
    """Quality of two lenses: of the deep pair's tuned checkpoint, block 2 and the last are no better than raw."""
    useless = {"one": {3}, "other": {2, 6}, "shared": {1, 6}}
    pairs = {"one": ["shallow"], "other": ["deep"], "shared": ["twin", "elsewhere"]}
    return pd.DataFrame(
        [
            {"pairs": pairs[name], "text": text, "block": block, "lens": lens, "beats_raw": block not in useless[name]}
            for name in pairs
            for text in ("held_out", "continuations")
            for block in range(4 if name == "one" else 7)
            for lens in LENSES
        ]
    )


def value_of(gap, scope, arm, effect):
    own = gap[(gap["scope"] == scope) & (gap["arm"] == arm) & (gap["effect"] == effect)]
    return own["value"].iloc[0]


def test_a_family_has_its_blocks_and_the_mean_the_tenths(gap, lenses):
    drawing = draw_gap(gap, lenses, LABELS)
    drawn = drawing.drawn
    counted = drawn.groupby(["scope", "compared", "lens"]).size()
    assert counted["shallow"].eq(4).all()
    assert counted["deep"].eq(7).all()
    assert counted["balanced"].eq(11).all()
    assert set(drawn["compared"]) == {"tuned history", "base history"}, "own histories are no same history"
    row = drawn[(drawn["scope"] == "deep") & (drawn["place"] == 3) & (drawn["lens"] == "tuned")].iloc[0]
    assert row["relative_depth"] == 0.5
    assert row["value"] == value_of(gap, "deep", row["arm"], "gap")
    assert row["high"] - row["low"] == pytest.approx(0.4), "the widest interval"
    texts = {text.get_text() for text in visible_texts(drawing.figure)}
    assert {"Shallow 4B\nn = 37", "Deep_7B\nn = 34", "Mean of 2 families\nn = 68"} <= texts


def test_lines_of_the_two_histories_have_their_colours_and_those_of_the_lenses_their_dashes(gap, lenses):
    axes = draw_gap(gap, lenses, LABELS).figure.axes[0]
    lines = [line for line in axes.lines if len(line.get_xdata()) == 4 and line.get_marker() != "x"]
    bands = [len({tuple(point) for point in band.get_xy()}) for band in axes.patches]
    assert bands == [2 * 4] * 4, "a band of its own for each line"
    looks = {(to_hex(line.get_color()).upper(), bool(line._unscaled_dash_pattern[1])) for line in lines}
    assert looks == {(COLOURS[side], dashed) for side in ("tuned", "base") for dashed in (False, True)}


def test_every_reader_stands_over_who_wrote(gap, lenses):
    drawing = draw_readers(gap, lenses, LABELS)
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


def test_estimates_without_a_curve_are_refused(gap, lenses):
    with pytest.raises(TableError, match=r"figure gap: no estimates with .*make the estimates of this study again"):
        draw_gap(gap[gap["effect"] != "gap"], lenses, LABELS)
    with pytest.raises(TableError, match="figure readers: no estimates with"):
        draw_readers(gap[~gap["arm"].str.contains(" reads ")], lenses, LABELS)


def crosses_of(axes):
    (line,) = [line for line in axes.lines if line.get_gid() == "no better than raw"]
    return list(zip(line.get_xdata(), line.get_ydata(), strict=True))


def test_blocks_whose_lens_is_no_better_than_raw_are_crossed_out(gap, lenses):
    panels = draw_gap(gap, lenses, LABELS).figure.axes
    arms = [arm_of(name, "tuned", place="block 2") for name in ("tuned history", "base history")]
    values = {value_of(gap, "deep", arm, "gap") for arm in arms}
    assert {y for x, y in crosses_of(panels[1]) if x < 1} == values
    assert {x for x, _ in crosses_of(panels[1])} == {2 / 6, 1.0}
    assert {x for x, _ in crosses_of(panels[0])} == {1.0}
    assert crosses_of(panels[2]) == [], "the mean over families"


def test_what_averages_over_such_a_block_is_crossed_out_but_not_for_the_last(gap, lenses):
    last_only, late = (
        lenses.assign(beats_raw=lenses["beats_raw"] | (lenses["block"] == 2)),
        lenses.assign(beats_raw=lenses["beats_raw"] & ~((lenses["block"] == 3) & (lenses["pairs"].str[0] == "deep"))),
    )
    for table, count in ((lenses, 0), (last_only, 0), (late, len(READERS) * len(WROTE))):
        axes = draw_readers(gap, table, LABELS).figure.axes[1]
        assert sum(len(line.get_xdata()) for line in axes.lines if line.get_gid() == "no better than raw") == count


def test_the_floor_is_the_least_and_the_largest_of_null_pairs_and_histories(gap, lenses, floor):
    axes = draw_gap(gap, lenses, LABELS | NULL, gap_floor=floor).figure.axes[0]
    low, high = (
        next(line for line in axes.lines if line.get_gid() == f"floor {side}").get_ydata() for side in ("low", "high")
    )
    own = [value_of(floor, "twin", arm_of("tuned history", "raw", place=f"depth {t / 10:g}"), "gap") for t in range(11)]
    theirs = [
        value_of(floor, "twin", arm_of("base history", "raw", place=f"depth {t / 10:g}"), "gap") for t in range(11)
    ]
    assert list(low) == pytest.approx([one - 0.2 for one in own])
    assert list(high) == pytest.approx([one + 0.2 for one in theirs])
    texts = {text.get_text() for text in visible_texts(axes.figure)}
    assert not any("Twin" in text for text in texts), "null pairs have no panel"


def test_null_pairs_have_rows_in_the_table_and_are_in_no_mean(gap, floor):
    table = table_gap(gap, LABELS | NULL, gap_floor=floor)
    assert list(table["family"].unique()) == ["Shallow 4B", "Deep_7B", "Twin", "Mean of 2 families"]


@pytest.fixture(scope="module")
def same_block():
    """Estimates of both couples' curves, no two the same."""
    rows = [
        row for scope, start in (("shallow", 0.1), ("deep", 0.3), ("balanced", 0.2)) for row in rows_of(scope, start)
    ]
    names = dict(zip(("tuned history", "base history"), COUPLES, strict=True))
    table = pd.DataFrame(rows)
    table = table[table["arm"].str.startswith(tuple(names)) & table["arm"].str.contains("block|depth")]
    arms = table["arm"].replace({f"^{history}": couple for history, couple in names.items()}, regex=True)
    return table.assign(arm=arms, effect="js", control="same_block")


def test_two_readers_are_drawn_block_by_block(same_block, lenses):
    drawing = draw_same_block(same_block, lenses, LABELS)
    assert set(drawing.drawn["compared"]) == set(COUPLES)
    row = drawing.drawn[(drawing.drawn["scope"] == "deep") & (drawing.drawn["place"] == 3)].iloc[0]
    assert (row["relative_depth"], row["value"]) == (0.5, value_of(same_block, "deep", row["arm"], "js"))
    floor = same_block[same_block["scope"] == "shallow"].assign(scope="twin")
    axes = draw_same_block(same_block, lenses, LABELS | NULL, gap_floor=floor).figure.axes[0]
    assert [line.get_gid() for line in axes.lines if "floor" in str(line.get_gid())] == ["floor high"]


def varied_rows(scope, start):
    """Estimates of every arm that the table of other ends shows."""
    for control in ("gap", "gap_varied", "gap_over_nulls"):
        keys = {key for history in HISTORIES.values() for key in keys_of(history).values() if key[0] == control}
        for place, (_, arm, effect) in enumerate(sorted(keys)):
            yield {
                "control": control, "arm": arm, "effect": effect, "scope": scope, "readout": None, "precision": None,
                "method": "prompt", "value": start + len(control) + 0.01 * place, "low": 0.0, "high": 99.0,
                "level": 0.95, "n_events": 30, "n_prompts": 30, "n_pairs": 2 if scope == "balanced" else 1,
                "draws": 200, "seed": 1,
            }  # fmt: skip


def test_the_table_of_other_ends_has_each_number_in_its_column():
    rows = pd.DataFrame([row for scope in ("shallow", "deep", "balanced") for row in varied_rows(scope, len(scope))])
    of = dict(list(rows.groupby("control")))
    table = table_varied(of["gap"], of["gap_varied"], LABELS, gap_over_nulls=of["gap_over_nulls"])
    assert list(table["history"]) == ["tuned history", "base history"] * 3
    for row in table[table["family"] == "Deep_7B"].itertuples():
        for column, (control, arm, effect) in keys_of(row.history).items():
            assert getattr(row, column) == value_of(of[control], "deep", arm, effect), column
    without = table_varied(of["gap"], of["gap_varied"], LABELS)
    assert without["over_nulls"].isna().all()
    assert without["as_is"].equals(table["as_is"])
