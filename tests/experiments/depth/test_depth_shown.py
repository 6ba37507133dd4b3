"""Figures and tables of depth, distances and commitment: every estimate is where its number says."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from crosspatch.errors import TableError
from crosspatch.experiments.commitment.draw_commitment import draw_commitment
from crosspatch.experiments.commitment.table_commitment import SPEC as COMMITMENT
from crosspatch.experiments.commitment.table_commitment import arm_words, table_commitment
from crosspatch.experiments.depth.draw_depth import draw_depth
from crosspatch.experiments.depth.draw_distances import draw_distances
from crosspatch.experiments.depth.table_depth import SPEC as DEPTH
from crosspatch.experiments.depth.table_depth import table_depth
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS, styled

EFFECTS = ("portable", "matched", "interaction", "retention")
PLACES = ("event_relative_distance", "continuation_relative_distance", "prompt_relative_distance")
BLOCKS = (8, 16, 12, 8, 8, 8, 8, 8)
TENTHS = tuple(f"depth 0.{tenth}" for tenth in range(1, 10))
SORTED = ("first divergence", "tuned margin <= 0", "tuned margin, bin 1 of 2", "tuned margin, bin 2 of 2")
REGRESSED = ("upstream_coefficient", "upstream_coefficient_overlap", "interaction_at_equal_margins")


def rows_of(control, effects, arms, scope, start, *, n=300, pairs=1, readout="common_tuned"):
    """Estimates of which no two are the same; the arms and effects of a scope count up from `start`."""
    for place, (effect, arm) in enumerate(itertools.product(effects, arms)):
        value = start + 0.01 * place
        yield {
            "control": control, "arm": arm, "effect": effect, "scope": scope, "readout": readout,
            "precision": readout and "float32", "method": "prompt", "value": value, "low": value - 0.3,
            "high": value + 0.2, "level": 0.95, "n_events": n * pairs, "n_prompts": n, "n_pairs": pairs, "draws": 200,
            "seed": 1,
        }  # fmt: skip


def arms_of(place):
    """{arm: relative depth} of a family; its registered boundary leaves three blocks."""
    blocks = BLOCKS[place]
    registered, last = (blocks - 3) / blocks, (blocks - 1) / blocks
    own = {"first divergence": registered} | {f"boundary {one}": one / blocks for one in range(1, blocks, 2)}
    return own | {"last 3 blocks": registered, "last 1 block": last} | {arm: float(arm[-3:]) for arm in TENTHS}


def estimates_of(control, effects, labels, **about):
    rows = []
    for place, pair in enumerate(labels):
        rows += rows_of(control, effects, arms_of(place), pair, place + 1, n=300 + place, **about)
    shared = ["first divergence", "boundary 1", "last 3 blocks", "last 1 block", *TENTHS]
    return rows + list(rows_of(control, effects, shared, "balanced", 0.5, pairs=len(labels), **about))


def depth_of(labels):
    rows = estimates_of("depth", EFFECTS, labels) + estimates_of("depth", EFFECTS, labels, readout="native")
    depths = [arms_of(place) for place in range(len(labels))]
    scopes = dict(zip(labels, depths, strict=True)) | {"balanced": {**depths[0], "depth 0.5": 0.47}}
    for scope, depth in scopes.items():
        for arm, share in depth.items():
            (row,) = rows_of("depth", ["relative_depth"], [arm], scope, share, readout=None)
            rows.append(row | {"low": share, "high": share})
    return pd.DataFrame(rows)


def distances_of(labels):
    rows = pd.DataFrame(estimates_of("distances", PLACES, labels, readout=None))
    fewer = rows["effect"] == "continuation_relative_distance"
    return rows[rows["arm"] != "first divergence"].assign(n_events=rows["n_events"].where(~fewer, 42))


def commitment_of(labels):
    """Estimates of both controls; the first of several families has no event without a commitment."""
    rows, regressed = [], []
    for place, scope in enumerate([*labels, "balanced"]):
        pairs = len(labels) if scope == "balanced" else 1
        having = pairs - (len(labels) > 1 and place in (0, len(labels)))
        for arm, number in zip(SORTED, (pairs, having, pairs, pairs), strict=True):
            start = place - 1 + 0.1 * SORTED.index(arm)
            rows += rows_of("commitment", EFFECTS, [arm], scope, start, pairs=number) if number else []
        regressed += rows_of("commitment_regression", REGRESSED, ["first divergence"], scope, place + 0.5, pairs=pairs)
    return pd.DataFrame(rows), pd.DataFrame(regressed)


def drawings(labels):
    depth = depth_of(labels)
    yield "depth", draw_depth(depth, labels)
    yield "distances", draw_distances(distances_of(labels), depth, labels)
    yield "commitment", draw_commitment(*commitment_of(labels), labels)


def value_of(rows, **where):
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    return rows["value"].iloc[0]


def panel_of(drawing, label):
    (axes,) = [axes for axes in drawing.figure.axes if axes.get_title(loc="left").startswith(label)]
    return axes


def line_of(axes, meaning):
    """Points of the one curve in the colour of a meaning."""
    (line,) = [
        line for line in axes.lines if line.get_marker() == "." and to_hex(line.get_color()).upper() == COLOURS[meaning]
    ]
    return list(line.get_xdata()), list(line.get_ydata())


def test_a_family_has_its_boundaries_and_the_mean_its_tenths(make):
    labels = make.labels(2)
    depth, drawing = depth_of(labels), draw_depth(depth_of(labels), labels)
    x, y = line_of(panel_of(drawing, "Qwen3 4B"), "interaction")
    assert x == [one / 16 for one in range(1, 16, 2)]
    own = {"scope": "qwen3_4b", "effect": "interaction", "readout": "common_tuned"}
    assert y == [value_of(depth, arm=f"boundary {one}", **own) for one in range(1, 16, 2)]
    mean = panel_of(drawing, "Mean of 2 families")
    x, y = line_of(mean, "matched")
    assert x == [0.1, 0.2, 0.3, 0.4, 0.47, 0.6, 0.7, 0.8, 0.9]
    own = {"scope": "balanced", "effect": "matched", "readout": "common_tuned"}
    assert y == [value_of(depth, arm=arm, **own) for arm in TENTHS]
    (band,) = [patch for patch in mean.patches if to_hex(patch.get_facecolor()).upper() == COLOURS["matched"]]
    heights = band.get_path().vertices[:, 1]
    assert (heights.min(), heights.max()) == (pytest.approx(min(y) - 0.3), pytest.approx(max(y) + 0.2))


def test_registered_and_last_blocks_are_marked_on_the_interaction(make, see):
    labels = make.labels(2)
    depth, drawing = depth_of(labels), draw_depth(depth_of(labels), labels)
    for scope, label in (labels | {"balanced": "Mean of 2 families"}).items():
        own = {"scope": scope, "effect": "interaction", "readout": "common_tuned"}
        dots = see.dots(panel_of(drawing, label))
        assert dots["hollow"].sum() == 2
        for hollow, arm in ((False, "first divergence"), (True, "last 3 blocks"), (True, "last 1 block")):
            known = value_of(depth, arm=arm, scope=scope, effect="relative_depth"), value_of(depth, arm=arm, **own)
            assert known in list(dots.loc[dots["hollow"] == hollow, ["x", "y"]].itertuples(index=False, name=None))


def test_distances_are_over_depth_and_say_each_number_of_events(make, see):
    labels = make.labels(2)
    distances, depth = distances_of(labels), depth_of(labels)
    drawing = draw_distances(distances, depth, labels)
    figure = drawing.figure
    x, y = line_of(figure.axes[0], "neutral")
    assert x == [0.125, 0.375, 0.625, 0.875]
    own = {"scope": "llama31_8b", "effect": "prompt_relative_distance"}
    assert y == [value_of(distances, arm=f"boundary {one}", **own) for one in (1, 3, 5, 7)]
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[0] == "Llama 3.1 8B\nn = 300 / 42 / 300"
    assert [line.get_xdata()[0] for line in figure.findobj(lambda one: one.get_gid() == "registered")] == [
        5 / 8, 13 / 16, 5 / 8,
    ]  # fmt: skip


def test_commitment_draws_every_arm_and_the_regression_last(make, see):
    labels = make.labels(3)
    commitment, regression = commitment_of(labels)
    drawing = draw_commitment(commitment, regression, labels)
    dots = see.dots(drawing.figure.axes[0])
    assert (dots["hollow"] & np.isclose(dots["y"], 1 - 0.2)).sum() == 2
    for place, arm in enumerate(SORTED):
        own = (commitment["arm"] == arm) & (commitment["scope"] == "balanced") & (commitment["effect"] == "interaction")
        assert see.place(drawing.figure.axes[0], "x", commitment[own].iloc[0]) == pytest.approx(place + 0.1)
    last = dots[np.isclose(dots["y"], len(SORTED) + 0.1)]
    assert last["x"].tolist() == [value_of(regression, scope="balanced", effect=REGRESSED[2])]
    families = dots.loc[np.isclose(dots["y"], len(SORTED) - 0.2), "x"].tolist()
    assert families[2] == value_of(regression, scope="mistral_7b", effect=REGRESSED[2])
    ticks = [tick.get_text() for tick in drawing.figure.axes[0].get_yticklabels()]
    assert ticks[1] == "tuned margin ≤ 0\nn = 600 (2 of 3)"
    assert ticks[-1] == "equal margins (regression)\nn = 900"


def test_words_of_arms():
    assert arm_words("tuned margin, bin 1 of 3") == "tuned margin, part 1 of 3 (lowest)"
    assert arm_words("tuned margin, bin 2 of 3") == "tuned margin, part 2 of 3"
    assert arm_words("margin difference, bin 3 of 3") == "margin difference, part 3 of 3 (highest)"


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_no_text_overlaps_another_or_leaves_the_page(make, see, count):
    for name, drawing in drawings(make.labels(count)):
        with styled():  # as files are written: text is wider with a renderer's own hinting
            boxes = see.visible_texts(drawing.figure)
        width, height = drawing.figure.bbox.size
        for text, box in boxes.items():
            inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
            assert inside, f"{name}: {text.get_text()!r} leaves the page"
        for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
            overlap = (
                min(box.x1, another.x1) - max(box.x0, another.x0),
                min(box.y1, another.y1) - max(box.y0, another.y0),
            )
            assert min(overlap) < 1.5, f"{name}: {one.get_text()!r} overlaps {other.get_text()!r}"


def test_an_arm_without_a_depth_is_named(make):
    labels = make.labels(1)
    depth = depth_of(labels)
    lacking = depth[~((depth["effect"] == "relative_depth") & (depth["arm"] == "boundary 3"))]
    with pytest.raises(TableError, match=r"figure depth: no relative depth of the arm 'boundary 3' of 'llama31_8b'"):
        draw_depth(lacking, labels)


def test_missing_intervals_are_left_out_and_nothing_else(make, see):
    labels = make.labels(2)
    depth = depth_of(labels).assign(low=np.nan, high=np.nan, level=np.nan)
    axes = panel_of(draw_depth(depth, labels), "Mean")
    assert len(line_of(axes, "interaction")[0]) == 9
    known = panel_of(draw_depth(depth_of(labels), labels), "Mean")
    assert [sum(np.isfinite(band.get_xy()).all() for band in one.patches) for one in (axes, known)] == [0, 3]


def test_the_table_of_depth_has_registered_and_last_blocks(make):
    labels = make.labels(2)
    depth = depth_of(labels)
    table = table_depth(depth, labels)
    assert table["late"].tolist() == ["registered", "last 3 blocks", "last 1 block"] * 3
    assert table["family"].unique().tolist() == [*labels.values(), "Mean of 2 families"]
    row = table.iloc[5]
    own = {"scope": "qwen3_4b", "arm": "last 1 block", "readout": "common_tuned"}
    assert row["retention"] == value_of(depth, effect="retention", **own)
    assert row["relative_depth"] == 15 / 16
    assert "0.938" in render(table, DEPTH)["markdown"]


def test_the_table_of_commitment_has_a_line_for_what_a_family_lacks(make):
    labels = make.labels(3)
    table = table_commitment(*commitment_of(labels), labels)
    assert table["arm"].tolist() == [*SORTED, *REGRESSED] * 4
    uncommitted = table[table["arm"] == SORTED[1]]
    assert uncommitted["n_events"].tolist() == [0, 300, 300, 600]
    assert uncommitted["family"].tolist() == [*labels.values(), "Mean of 2 of 3 families"]
    assert uncommitted["interaction"].isna().tolist() == [True, False, False, False]
    assert set(table["family"]) == {*labels.values(), "Mean of 3 families", "Mean of 2 of 3 families"}


def test_the_table_of_commitment_keeps_the_order_of_the_estimates(make):
    labels = make.labels(1)
    commitment, regression = commitment_of(labels)
    table = table_commitment(commitment, regression, labels)
    assert table["arm"].tolist() == [*SORTED, *REGRESSED]
    last = table.iloc[-1]
    assert last["interaction"] == value_of(regression, scope="llama31_8b", effect=REGRESSED[2])
    assert np.isnan(last["portable"])
    texts = render(table, COMMITMENT)
    assert "≤ 0" in texts["markdown"]
    assert r"$\leq$ 0" in texts["latex"]
