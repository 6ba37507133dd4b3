"""Figure and tables of free running: every estimate is where its number says, and what is missing is named."""

import itertools

import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.free_running.draw_free_running import EFFECTS, draw_free_running
from crosspatch.experiments.free_running.hosts import HOSTS, WHOLE
from crosspatch.experiments.free_running.names import CONTRASTS, RANDOM_LATE, WINDOWS, both_stopped, passed_in
from crosspatch.experiments.free_running.table_free_answers import SPEC as SPEC_OF_ANSWERS
from crosspatch.experiments.free_running.table_free_answers import table_free_answers
from crosspatch.experiments.free_running.table_free_running import EFFECTS as SHOWN
from crosspatch.experiments.free_running.table_free_running import SPEC, table_free_running
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS
from drawn_figures import visible_texts

LABELS = {"shallow": "Shallow 4B", "deep": "Deep_7B"}
DONOR = "late, MLPs of other_checkpoint"
ARMS = [*WINDOWS, WHOLE, RANDOM_LATE, DONOR]
LEVELS = ["no graft", "other checkpoint"]
KINDS = {"shallow": ["facts", "safety"], "deep": ["facts"], "balanced": ["facts", "safety"]}


def rows_of(scope, start, control):
    """Estimates of one scope of which no two are the same; one family alone has a donor, and the other safety."""
    arms = [*LEVELS, *ARMS, *CONTRASTS, *map(both_stopped, WINDOWS)]
    arms = [arm for arm in arms if arm != DONOR or scope != "shallow"]
    effects = [*SHOWN, *map(passed_in, KINDS[scope])]
    for place, (arm, effect) in enumerate(itertools.product(arms, effects)):
        if effect == "stopped" and arm.endswith("both stopped"):
            continue
        value, pairs = start + 0.001 * place, 2 if scope == "balanced" else 1
        few = 2 if effect == "repetition" else 0
        yield {
            "control": control, "arm": arm, "effect": effect, "scope": scope, "readout": None, "precision": None,
            "method": "prompt", "value": value, "low": value - 0.1, "high": value + 0.1, "level": 0.95,
            "n_events": (30 - few) * pairs, "n_prompts": 30 - few, "n_pairs": 1 if arm == DONOR else pairs,
            "draws": 200, "seed": 1,
        }  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    starts = {"shallow": -0.5, "deep": 0.1, "balanced": -0.2}
    return [
        pd.DataFrame([row for scope, start in starts.items() for row in rows_of(scope, start + more, control)])
        for more, control in enumerate(HOSTS)
    ]


def value_of(table, scope, arm, effect):
    own = table[(table["scope"] == scope) & (table["arm"] == arm) & (table["effect"] == effect)]
    return own["value"].iloc[0]


@pytest.mark.parametrize("place", range(12))
def test_each_host_has_a_line_of_panels_and_each_quantity_a_column(tables, see, place):
    host, effect = [*itertools.product(HOSTS, EFFECTS)][place]
    table = tables[[*HOSTS].index(host)]
    axes = draw_free_running(*tables, LABELS).figure.axes[place]
    dots = see.dots(axes)
    for line, arm in enumerate(ARMS):
        own = dots[(dots["y"] - line).abs() < 0.5]
        assert own.loc[~own["hollow"], "x"].tolist() == [value_of(table, "balanced", arm, effect)]
        families = [scope for scope in LABELS if arm != DONOR or scope == "deep"]
        assert set(own.loc[own["hollow"], "x"]) == {value_of(table, scope, arm, effect) for scope in families}
    assert set(dots.loc[~dots["hollow"], "colour"]) == {COLOURS[HOSTS[host][1]]}
    title = axes.get_title(loc="left")
    assert title.endswith(EFFECTS[effect])
    assert (HOSTS[host][0] in title) == (effect == "stopped")


def test_lines_are_named_with_the_number_of_all_prompts(tables):
    texts = [text.get_text() for text in visible_texts(draw_free_running(*tables, LABELS).figure)]
    assert texts.count("late\nn = 60") == 3
    assert texts.count("MLPs of other_checkpoint\nn = 60 (1 of 2)") == 3


@pytest.mark.parametrize("count", [1, 2])
def test_no_text_overlaps_another_or_leaves_the_page(tables, see, count):
    labels = dict(itertools.islice(LABELS.items(), count))
    own = [table[table["scope"].isin([*labels, "balanced"])] for table in tables]
    figure = draw_free_running(*own, labels).figure
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


def test_the_table_has_a_row_for_every_arm_of_every_host(tables):
    table = table_free_running(*tables, LABELS)
    arms = [*LEVELS, *ARMS, *CONTRASTS, *map(both_stopped, WINDOWS)]
    assert len(table) == 3 * 3 * len(arms)
    known = table.set_index(["family", "mlps", "arm"])
    row = known.loc["Deep_7B", "base in tuned, chat", "late less middle"]
    for effect in SHOWN:
        assert row[effect] == value_of(tables[1], "deep", "late less middle", effect)
    assert known.loc["Shallow 4B", "tuned in base, raw", DONOR]["n_events"] == 0
    assert known.loc["Shallow 4B", "tuned in base, raw", "late"]["n_events"] == 30, "not those with three tokens only"
    assert "Deep" in render(table, SPEC)["latex"]


def test_answers_have_a_row_for_every_kind_that_some_family_has(tables):
    table = table_free_answers(*tables, LABELS)
    known = table.set_index(["family", "mlps", "category", "arm"])["passed"]
    assert known["Shallow 4B", "base in tuned, raw", "safety", "middle"] == value_of(
        tables[2], "shallow", "middle", passed_in("safety")
    )
    assert table["category"].unique().tolist() == ["facts", "safety"]
    assert len(table) == 3 * 3 * 2 * (len(LEVELS) + len(ARMS))
    assert render(table, SPEC_OF_ANSWERS)["csv"].count("\n") == 1 + len(table)


@pytest.mark.parametrize("make", [draw_free_running, table_free_running])
def test_a_table_without_what_is_shown_is_refused(tables, make):
    some = [tables[0], tables[1][tables[1]["arm"] == "no graft"].assign(arm="no other"), tables[2]]
    with pytest.raises(TableError, match=r"(figure|table) free_running: no estimates with .*; make the estimates"):
        make(*some, LABELS)
