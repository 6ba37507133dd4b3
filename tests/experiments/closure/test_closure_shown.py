"""Figures and tables of closures: every estimate is where its number says, and what is missing is named."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.closure.draw_closure import CONTROLS, draw_closure
from crosspatch.experiments.closure.draw_directions import draw_directions
from crosspatch.experiments.closure.names import ALL_POSITIONS, FLIPPED, FULL, OTHER_DESCENDANT, RANDOM, REGISTERED, at
from crosspatch.experiments.closure.table_closure import SPEC, table_closure
from crosspatch.experiments.closure.table_closure_ratios import SPEC as SPEC_OF_RATIOS
from crosspatch.experiments.closure.table_closure_ratios import table_closure_ratios
from crosspatch.figures.rendering import render
from crosspatch.figures.style import number
from crosspatch.records.arms import less

OWN = ("1 direction", "4 directions", "16 directions", FULL)
BLOCKS = (4, 7, 5, 6, 8, 9, 10, 11)


def rows_of(scope, start, boundaries, *, pairs=1):
    """Estimates of one scope of which no two are the same; only the second family has another descendant."""
    names = [*OWN, *(name + ALL_POSITIONS for name in OWN), *CONTROLS]
    names = [name for name in names if name != OTHER_DESCENDANT or start == 2]
    keys = [at(place, name) for place in (REGISTERED, *boundaries) for name in names]
    keys.append(at(REGISTERED, less("4 directions", RANDOM)))
    for place, (arm, effect) in enumerate(itertools.product(keys, ("closure", "gained_margin"))):
        value = start + 0.001 * place
        yield {
            "control": "closure", "arm": arm, "effect": effect, "scope": scope, "readout": "common_tuned",
            "precision": "float32", "method": "prompt", "value": value, "low": value - 0.2, "high": value + 0.1,
            "level": 0.95, "n_events": 40 * pairs + int(start), "n_prompts": 40, "n_pairs": pairs, "draws": 200,
            "seed": 1,
        }  # fmt: skip


def closure_of(labels):
    rows = []
    for place, pair in enumerate(labels):
        rows += rows_of(pair, place + 1, [f"boundary {one}" for one in range(1, BLOCKS[place])])
    return pd.DataFrame([*rows, *rows_of("balanced", 0.5, ["boundary 1", "boundary 2"], pairs=len(labels))])


def counts_of(labels):
    """Of each family 1, 4, 16 and more in turn; at its last boundary the whole difference closes nothing."""
    rows = []
    for place, pair in enumerate(labels):
        blocks = BLOCKS[place]
        for boundary in range(1, blocks):
            last = boundary == blocks - 1
            least = np.nan if last else [1.0, 4.0, 16.0, np.nan][boundary % 4]
            rows.append(
                {
                    "pair": pair, "boundary": boundary, "is_registered": boundary == 2, "least": least,
                    "relative_depth": boundary / blocks, "low": least / 4 if least > 1 else least, "high": np.nan,
                    "full_closure": -0.1 if last else 0.5 + 0.01 * boundary, "most": 16, "n_prompts": 30 + place,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def value_of(closure, scope, arm):
    own = closure[(closure["scope"] == scope) & (closure["arm"] == arm) & (closure["effect"] == "closure")]
    return own.iloc[0]


def test_every_arm_stands_on_its_line(make, see):
    labels = make.labels(2)
    closure = closure_of(labels)
    drawing = draw_closure(closure, labels)
    panels = dict(zip([*labels, "balanced"], drawing.figure.axes, strict=True))
    lines = [tick.get_text() for tick in panels["llama31_8b"].get_yticklabels()]
    assert lines == [*OWN, *CONTROLS]
    for scope, axes in panels.items():
        for name in (OWN[1], FULL, FLIPPED):
            row = value_of(closure, scope, at(REGISTERED, name))
            assert see.place(axes, "x", row) == pytest.approx(lines.index(name))
        row = value_of(closure, scope, at(REGISTERED, FULL + ALL_POSITIONS))
        assert see.place(axes, "x", row) == pytest.approx(lines.index(FULL) + 0.22)
        other = at(REGISTERED, OTHER_DESCENDANT)
        assert (other in set(closure.loc[closure["scope"] == scope, "arm"])) == (scope == "qwen3_4b")
    assert panels["balanced"].get_title(loc="left") == "Mean of 2 families\nn = 80"


def test_counts_stand_at_their_depth_and_what_is_not_reached_is_marked(make):
    labels = make.labels(2)
    counts = counts_of(labels)
    figure = draw_directions(counts, labels).figure
    axes = figure.axes[1]
    ticks = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert ticks == ["1", "4", "16"]
    points = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    own = counts[counts["pair"] == "qwen3_4b"].set_index("boundary")
    for boundary, row in own.iterrows():
        point = points[f"boundary {boundary}"]
        reached = np.isfinite(row["least"])
        height = ticks.index(str(int(row["least"]))) if reached else -1 if row["full_closure"] < 0 else 3
        assert (point.get_xdata()[0], point.get_ydata()[0]) == (row["relative_depth"], height)
    assert points["boundary 3"].get_marker() == "^"
    assert points["boundary 6"].get_marker() == "x"
    assert points["boundary 2"].get_markerfacecolor() != "white" == points["boundary 1"].get_markerfacecolor()
    assert number(0.53) in {text.get_text() for text in axes.texts}
    assert axes.get_title(loc="left") == "Qwen3 4B\nn = 31"


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_no_text_overlaps_another(make, see, count):
    labels = make.labels(count)
    twin = labels | {"twin": "Llama and its twin (smoke), extra"}
    for name, drawing in (
        ("closure", draw_closure(closure_of(labels), labels)),
        ("closure and null pairs", draw_closure(closure_of(labels), twin, pd.DataFrame(rows_of("twin", 9, [])))),
        ("directions", draw_directions(counts_of(labels), labels)),
    ):
        boxes = see.visible_texts(drawing.figure)
        for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
            width = min(box.x1, another.x1) - max(box.x0, another.x0)
            height = min(box.y1, another.y1) - max(box.y0, another.y0)
            assert min(width, height) < 1.5, f"{name}: {one.get_text()!r} overlaps {other.get_text()!r}"


def test_the_table_has_every_place_that_a_family_has(make):
    labels = make.labels(2)
    closure = closure_of(labels)
    table = table_closure(closure, labels)
    assert table["family"].value_counts().to_dict() == {
        "Llama 3.1 8B": 4, "Qwen3 4B": 7, "Mean of 2 families": 3,
    }  # fmt: skip
    row = table[(table["family"] == "Qwen3 4B") & (table["place"] == "boundary 6")].iloc[0]
    assert row["few"] == value_of(closure, "qwen3_4b", "boundary 6, 4 directions")["value"]
    assert row["few_everywhere"] == value_of(closure, "qwen3_4b", "boundary 6, 4 directions, all positions")["value"]
    assert row["flipped"] == value_of(closure, "qwen3_4b", at("boundary 6", FLIPPED))["value"]
    assert set(table["directions"]) == {4}
    assert "boundary 6" in render(table, SPEC)["markdown"]


def test_null_pairs_stand_beside_the_families_and_are_in_no_mean(make):
    labels = make.labels(2) | {"twin": "Llama and its twin"}
    closure = closure_of(make.labels(2))
    closure = pd.concat([closure, pd.DataFrame(rows_of("balanced without qwen3_4b", 0.6, [])),
                         pd.DataFrame(rows_of("balanced without llama31_8b", 0.7, []))])  # fmt: skip
    floor = pd.DataFrame(rows_of("twin", 9, ["boundary 1"]))
    table = table_closure(closure, labels, floor)
    assert table["family"].value_counts()["Llama and its twin (extra)"] == 2
    assert table.iloc[-1]["family"] == "Mean of 2 families"
    titles = [axes.get_title(loc="left") for axes in draw_closure(closure, labels, floor).figure.axes]
    assert titles[2] == "Llama and its twin\n(extra)\nn = 49"
    assert titles[3] == "Mean of 2 families\nn = 80"


def test_the_table_of_ratios_has_the_registered_boundary_only(make):
    labels = make.labels(2)
    usual = {"closure": 0.5, "median": 0.4, "mean": -3.25, "n_prompts": 30, "n_tiny": 2}
    rows = [
        usual | {"pair": pair, "boundary": boundary, "is_registered": boundary == 2, "arm": FULL}
        for pair in labels for boundary in (1, 2)
    ]  # fmt: skip
    table = table_closure_ratios(pd.DataFrame(rows), labels)
    assert table["family"].tolist() == list(labels.values())
    assert set(table["boundary"]) == {2}
    assert "-3.25" in render(table, SPEC_OF_RATIOS)["markdown"]


def test_what_is_missing_is_named(make):
    labels = make.labels(1)
    closure = closure_of(labels)
    with pytest.raises(TableError, match="figure closure: no projection on directions among the arms"):
        draw_closure(closure[~closure["arm"].str.contains("direction")], labels)
    with pytest.raises(TableError, match="table closure: no projection is compared with a random direction"):
        table_closure(closure[~closure["arm"].str.contains(" less ")], labels)
    with pytest.raises(TableError, match="figure directions: the table lacks the columns"):
        draw_directions(counts_of(labels).drop(columns="least"), labels)
