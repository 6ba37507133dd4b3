"""Figures and tables of grafts: every estimate is where its number says, and what is missing is named."""

import itertools

import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.grafts.draw_graft_blocks import draw_graft_blocks
from crosspatch.experiments.grafts.draw_graft_controls import CONTROLS, draw_graft_controls
from crosspatch.experiments.grafts.draw_graft_regions import draw_graft_regions
from crosspatch.experiments.grafts.draw_grafts import WINDOWS, draw_grafts
from crosspatch.experiments.grafts.names import REGIONS, arm_of
from crosspatch.experiments.grafts.table_grafted_choices import ENDS, READ, table_grafted_choices
from crosspatch.experiments.grafts.table_grafted_choices import SPEC as SPEC_OF_CHOICES
from crosspatch.experiments.grafts.table_grafts import SPEC, table_grafts
from crosspatch.experiments.grafts.table_grafts import WINDOWS as ROWS
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS, number
from crosspatch.records.grafts import donated
from crosspatch.records.histories import LENSES
from drawn_figures import visible_texts

LABELS = {"shallow": "Shallow 4B", "deep": "Deep_7B"}
DEPTHS = {"shallow": 4, "deep": 7, "balanced": 7}
DONOR = donated("other_checkpoint")


def rows_of(scope, start, control):
    """Estimates of one scope of which no two are the same; only one family has another checkpoint's MLPs."""
    windows = {*ROWS, *(f"late, {name}" for name in CONTROLS), *(f"block {block}" for block in range(DEPTHS[scope]))}
    windows |= set() if scope == "shallow" else {f"late, {DONOR}"}
    keys = [(arm_of(window, "tuned", lens), effect) for window in sorted(windows) for lens in LENSES
            for effect in (*(f"gap_{region}" for region in REGIONS), *READ)]  # fmt: skip
    keys += [(arm_of(window, "tuned"), effect) for window in sorted(windows) for effect in ENDS]
    pairs = 2 if scope == "balanced" else 1
    for place, ((arm, effect), method) in enumerate(itertools.product(keys, ("prompt", "cluster_template"))):
        value, half = start + 0.001 * (place // 2), 0.1 if method == "prompt" else 0.2
        yield {
            "control": control, "arm": arm, "effect": effect, "scope": scope, "readout": None, "precision": None,
            "method": method, "value": value, "low": value - half, "high": value + half, "level": 0.95,
            "n_events": 30 * pairs, "n_prompts": 30, "n_pairs": 1 if DONOR in arm else pairs, "draws": 200, "seed": 1,
        }  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    starts = {"shallow": -0.5, "deep": 0.1, "balanced": -0.2}
    return {
        control: pd.DataFrame([row for scope, start in starts.items() for row in rows_of(scope, start + more, control)])
        for control, more in (("grafts", 0.0), ("swaps", 3.0))
    }


def value_of(table, scope, arm, effect="gap_final_fifth"):
    own = table[(table["scope"] == scope) & (table["arm"] == arm) & (table["effect"] == effect)]
    return own["value"].iloc[0]


def lines_of(axes):
    """Words of each line, without its count, and the place of the axis where it stands."""
    ticks = axes.yaxis.get_major_formatter().format_ticks(axes.get_yticks())
    return [line.partition("\n")[0] for line in ticks]


@pytest.mark.parametrize("place", range(4))
def test_each_host_has_a_line_of_panels_and_each_lens_a_column(tables, see, place):
    drawing = draw_grafts(tables["grafts"], tables["swaps"], LABELS)
    control, lens = [*itertools.product(tables, LENSES)][place]
    axes = drawing.figure.axes[place]
    dots = see.dots(axes)
    for line, window in enumerate(WINDOWS):
        own = dots[(dots["y"] - line).abs() < 0.5]
        arm = arm_of(window, "tuned", lens)
        assert own.loc[~own["hollow"], "x"].tolist() == [value_of(tables[control], "balanced", arm)]
        expected = {value_of(tables[control], scope, arm) for scope in LABELS}
        assert set(own.loc[own["hollow"], "x"]) == expected
    assert lines_of(drawing.figure.axes[0]) == list(WINDOWS)
    host = {"grafts": "Graft: tuned MLPs in base", "swaps": "Swap: base MLPs in tuned"}[control]
    assert axes.get_title(loc="left") == f"{host}, {lens} lens"
    assert set(dots.loc[~dots["hollow"], "colour"]) == {COLOURS["tuned" if control == "grafts" else "base"]}


def test_controls_stand_under_the_true_donor_and_other_checkpoints_last(tables):
    drawing = draw_graft_controls(tables["grafts"], tables["swaps"], LABELS)
    lines = lines_of(drawing.figure.axes[0])
    assert lines == ["late", *(f"late, {name}" for name in (*CONTROLS, DONOR))]
    texts = [text.get_text() for text in visible_texts(drawing.figure)]
    assert f"late, {DONOR}\nn = 60 (1 of 2)" in texts
    assert len(drawing.drawn) == 4 * (3 * len(lines) - 1)


def test_a_matrix_has_the_means_of_every_window_and_region(tables):
    drawing = draw_graft_regions(tables["grafts"], tables["swaps"], LABELS)
    assert len(drawing.drawn) == 4 * len(WINDOWS) * len(REGIONS)
    for axes, (control, lens) in zip(drawing.figure.axes, itertools.product(tables, LENSES), strict=True):
        texts = {text.get_position(): text for text in axes.texts}
        assert len(texts) == len(WINDOWS) * len(REGIONS)
        for (y, window), (x, region) in itertools.product(enumerate(WINDOWS), enumerate(REGIONS)):
            value = value_of(tables[control], "balanced", arm_of(window, "tuned", lens), f"gap_{region}")
            assert texts[x, y].get_text() == number(value, 3)
            assert texts[x, y].get_fontweight() == ("bold" if abs(value) > 0.2 else "normal"), "the widest interval"
            assert axes.images[0].get_array()[y, x] == pytest.approx(value)


def test_every_block_of_a_family_has_a_point_in_both_hosts(tables):
    drawing = draw_graft_blocks(tables["grafts"], tables["swaps"], LABELS)
    counted = drawing.drawn.groupby(["scope", "host", "lens"]).size()
    assert counted.xs("shallow").eq(4).all()
    assert counted.xs("deep").eq(7).all()
    assert "balanced" not in set(drawing.drawn["scope"]), "blocks of stacks of two depths have no mean"
    row = drawing.drawn.query("scope == 'deep' and host == 'swaps' and lens == 'tuned' and block == 3").iloc[0]
    assert row["value"] == value_of(tables["swaps"], "deep", "block 3, tuned history, tuned lens")
    curves = [line for line in drawing.figure.axes[0].lines if len(line.get_xdata()) == 4]
    assert len(curves) == 4


@pytest.mark.parametrize("draw", [draw_grafts, draw_graft_controls, draw_graft_regions, draw_graft_blocks])
@pytest.mark.parametrize("count", [1, 2])
def test_no_text_overlaps_another_or_leaves_the_page(tables, see, draw, count):
    labels = dict(itertools.islice(LABELS.items(), count))
    own = [table[table["scope"].isin([*labels, "balanced"])] for table in tables.values()]
    figure = draw(*own, labels).figure
    boxes = see.visible_texts(figure)
    width, height = figure.bbox.size
    for text, box in boxes.items():
        inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
        assert inside, f"{text.get_text()!r} leaves the page"
    for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
        overlap = (
            min(box.x1, another.x1) - max(box.x0, another.x0),
            min(box.y1, another.y1) - max(box.y0, another.y0),
        )
        assert min(overlap) < 1.5, f"{one.get_text()!r} overlaps {other.get_text()!r}"


def test_the_tables_have_both_hosts_of_each_family_one_after_the_other(tables):
    table = table_grafts(tables["grafts"], tables["swaps"], LABELS)
    assert list(table["family"].unique()) == ["Shallow 4B", "Deep_7B", "Mean of 2 families"]
    assert list(table["window"]) == list(ROWS) * 6
    own = table[(table["family"] == "Deep_7B") & (table["mlps"] == "base in tuned")].set_index("window")
    expected = value_of(tables["swaps"], "deep", "late less middle, tuned history, raw lens", "gap_whole")
    assert own.loc["late less middle", "raw_gap_whole"] == expected
    assert render(table, SPEC)["csv"].count("\n") == 1 + len(table)
    chosen = table_grafted_choices(tables["grafts"], tables["swaps"], LABELS)
    own = chosen[(chosen["family"] == "Deep_7B") & (chosen["mlps"] == "tuned in base")].set_index("window")
    assert own.loc["early", "forced_rank"] == value_of(tables["grafts"], "deep", "early, tuned history", "forced_rank")
    name = "js_to_other_whole"
    assert own.loc["late", name] == value_of(tables["grafts"], "deep", "late, tuned history, raw lens", name)
    assert render(chosen, SPEC_OF_CHOICES)["csv"].count("\n") == 1 + len(chosen)


def test_estimates_without_a_window_are_refused(tables):
    none = tables["swaps"][tables["swaps"]["arm"].str.startswith("block")]
    with pytest.raises(TableError, match=r"figure grafts: no estimates with .*make the estimates of this study again"):
        draw_grafts(tables["grafts"], none, LABELS)
    with pytest.raises(TableError, match="table grafts: no estimates with"):
        table_grafts(tables["grafts"], none, LABELS)
