"""The figures and the table of windows hold the estimates they are made of, where they say."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.windows.draw_windows import draw_windows
from crosspatch.experiments.windows.draw_write_out import draw_write_out
from crosspatch.experiments.windows.table_windows import SPEC, table_windows
from crosspatch.figures.rendering import render

LABELS = {"llama31_8b": "Llama 3.1 8B", "qwen3_4b": "Qwen3 4B"}
SCOPES = [*LABELS, "balanced", "pooled", "balanced without qwen3_4b"]
NAMED = ("early", "middle", "late")
ONE_FAMILYS = "blocks 2-4"
WINDOWS = ("no graft", *NAMED, ONE_FAMILYS, "last 1", "early + middle")
GAINS = ("base_host_gain", "tuned_host_gain", "interaction")


def rows_of(control, keys):
    """Return estimates of (arm, effect, readout) keys in every scope, each with another value."""
    rows = []
    for number, ((arm, effect, readout), scope) in enumerate(itertools.product(keys, SCOPES)):
        value = round(0.001 * number - 0.02, 6)
        rows.append(
            {
                "control": control, "arm": arm, "effect": effect, "scope": scope, "readout": readout,
                "precision": "float32" if control == "write_out" else "checkpoint", "method": "prompt", "value": value,
                "low": value - 0.01, "high": value + 0.02, "level": 0.95, "n_events": 1600, "n_prompts": 320,
                "n_pairs": 2 if scope == "balanced" else 1, "draws": 100, "seed": 1,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def windows():
    arms = [f"{host} host, {window}" for host in ("base", "tuned") for window in WINDOWS]
    rows = rows_of("windows", [(arm, f"picks_{what}", "native") for arm in arms for what in ("donor_token", "other")])
    lacking = rows["arm"].str.endswith(ONE_FAMILYS) & rows["scope"].isin(["llama31_8b", "balanced without qwen3_4b"])
    mean = rows["arm"].str.endswith(ONE_FAMILYS) & (rows["scope"] == "balanced")
    return rows.assign(n_pairs=rows["n_pairs"].mask(mean, 1))[~lacking]


@pytest.fixture
def write_out():
    views = [("native", ""), ("common_tuned", ""), ("native", ", module output")]
    keys = []
    for readout, suffix in views:
        for side, window in itertools.product(("base", "tuned"), NAMED):
            keys += [(f"{side}, {window}{suffix}", effect, readout) for effect in ("support_tuned", "write_in")]
        keys += [(f"{window}{suffix}", gain, readout) for window in ("late", "last 1") for gain in GAINS]
    return rows_of("write_out", keys)


def value_of(estimates, arm, effect, *, scope="balanced", readout="native", column="value"):
    own = estimates[(estimates["arm"] == arm) & (estimates["effect"] == effect) & (estimates["scope"] == scope)]
    (value,) = own.loc[own["readout"] == readout, column]
    return value


def points_of(axes, words, see):
    """Values of the mean and of the families on the line with these words."""
    ticks = axes.yaxis.get_major_formatter().format_ticks(axes.get_yticks())
    lines = [line.rpartition("\n")[0] for line in ticks]
    dots = see.dots(axes)
    own = dots[(dots["y"] - lines.index(words)).abs() < 0.5]
    return own.loc[~own["hollow"], "x"].tolist(), own.loc[own["hollow"], "x"].tolist()


def test_each_panel_has_the_windows_of_its_host(windows, see):
    drawing = draw_windows(windows, LABELS)
    for arm in ("base host, early", "tuned host, no graft", "tuned host, early + middle"):
        host, _, window = arm.partition(" host, ")
        mean, families = points_of(drawing.figure.axes[host == "tuned"], window, see)
        assert mean == [value_of(windows, arm, "picks_donor_token")]
        assert value_of(windows, arm, "picks_donor_token", scope="qwen3_4b") in families
        assert len(families) == 2
    left, right = drawing.figure.axes
    assert left.get_xlabel() == "tuned token picked (share of events), 95% interval"
    assert right.get_xlabel() == "base token picked (share of events), 95% interval"
    assert [tick.get_text().split("\n")[0] for tick in left.get_yticklabels()] == list(WINDOWS)
    assert set(drawing.drawn["effect"]) == {"picks_donor_token"}
    assert len(drawing.drawn) == 2 * (len(WINDOWS) * 3 - 1)
    assert f"{ONE_FAMILYS}\nn = 1600 (1 of 2)" in [tick.get_text() for tick in left.get_yticklabels()]
    assert len(points_of(left, ONE_FAMILYS, see)[1]) == 1


def test_the_write_out_figure_marks_what_the_module_gives(write_out, see):
    drawing = draw_write_out(write_out, LABELS)

    left, right = drawing.figure.axes
    assert points_of(left, "base, early", see)[0] == [value_of(write_out, "base, early", "write_in")]
    given = value_of(write_out, "base, early, module output", "write_in")
    assert see.artist(drawing.figure, "module output base, early").get_xdata() == [given]
    assert points_of(right, "late, gain in tuned host", see)[0] == [value_of(write_out, "late", "tuned_host_gain")]
    assert points_of(right, "last 1, interaction", see)[0] == [value_of(write_out, "last 1", "interaction")]
    common = value_of(write_out, "late", "interaction", readout="common_tuned")
    assert points_of(right, "late, interaction,\ncommon tuned readout", see)[0] == [common]
    assert not any(tick.get_text().startswith("last 1, gain") for tick in right.get_yticklabels())
    assert len(see.all_with(drawing.figure, "module output ")) == 6 + 3 + 1
    assert all("(logits)" in axes.get_xlabel() for axes in drawing.figure.axes)


@pytest.mark.parametrize("count", [1, 2])
def test_no_text_overlaps_another_or_leaves_the_page(windows, write_out, see, count):
    labels = dict(itertools.islice(LABELS.items(), count))
    for estimates, draw in ((windows, draw_windows), (write_out, draw_write_out)):
        known = estimates[~estimates["scope"].isin(set(LABELS) - set(labels))]
        figure = draw(known, labels).figure
        boxes = list(see.visible_texts(figure).values())
        width, height = figure.bbox.size
        assert all(box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1 for box in boxes)
        for one, other in itertools.combinations(boxes, 2):
            assert (
                min(min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)) < 1.5
            )


def test_the_table_has_shares_in_percent_and_both_versions(windows, write_out):
    table = table_windows(windows, write_out, LABELS)
    assert list(table["over"]) == ["Mean of 2 families", "all prompts pooled"] * 8
    first = table.iloc[1]
    assert first["early"] == 100 * value_of(windows, "base host, early", "picks_donor_token", scope="pooled")
    assert first["late_low"] == 100 * value_of(
        windows, "base host, late", "picks_donor_token", scope="pooled", column="low"
    )
    assert table.iloc[2]["middle"] == 100 * value_of(windows, "tuned host, middle", "picks_donor_token")
    assert list(table["unit"]) == ["percent"] * 4 + ["logits"] * 12
    assert list(table["version"]) == [""] * 4 + ["what MLPs add"] * 6 + ["module output"] * 6
    assert table.iloc[4]["early"] == value_of(write_out, "tuned, early", "support_tuned")
    assert table.iloc[8]["late_high"] == value_of(write_out, "late", "interaction", column="high")
    assert np.isnan(table.iloc[8]["early"])
    published = table.iloc[12]
    assert published["late"] == value_of(write_out, "late, module output", "base_host_gain")
    assert (table["n_events"] == 1600).all()
    texts = render(table, SPEC)
    assert "With 95% intervals (the widest over prompts, templates and token pairs)" in texts["markdown"]
    assert texts["markdown"].count("\N{EN DASH}") == 2 * 2 * 2 * 2


def test_empty_tables_name_what_wants_them(windows, write_out):
    with pytest.raises(TableError, match=r"figure windows: the table has no rows; make the estimates"):
        draw_windows(windows.iloc[:0], LABELS)
    with pytest.raises(TableError, match=r"figure write_out: the table has no rows; make the estimates"):
        draw_write_out(write_out.iloc[:0], LABELS)
    with pytest.raises(TableError, match=r"table windows: the table has no rows; make the estimates"):
        table_windows(windows, write_out.iloc[:0], LABELS)
