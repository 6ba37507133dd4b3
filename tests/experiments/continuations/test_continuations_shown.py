"""Figure and table of continuations: every estimate is where its number says, counts are those of whole ones."""

import itertools

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from crosspatch.errors import TableError
from crosspatch.experiments.continuations import table_continuations as shown
from crosspatch.experiments.continuations.draw_continuations import PARTS, draw_continuations
from crosspatch.experiments.continuations.names import arm_of, horizons_in
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS
from drawn_figures import visible_texts

LABELS = {"shallow": "Shallow 4B", "deep": "Deep_7B"}
HORIZONS = [0, 1, 8]


def rows_of(scope, start):
    """Estimates of one scope of which no two are the same; longer continuations and the deep pair have fewer events."""
    arms = [arm_of(n, part) for n in HORIZONS for part, _ in shown.PARTS.values() if n or part is None]
    for place, (arm, readout) in enumerate(itertools.product(arms, shown.READOUTS)):
        events = 60 - int(arm.split()[0]) - len(scope) - ("another" in arm)
        yield {
            "control": "continuations", "arm": arm, "effect": "interaction", "scope": scope, "readout": readout,
            "precision": "float32", "method": "prompt", "value": start + 0.01 * place, "low": start - 1.0,
            "high": start + 1.0, "level": 0.95, "n_events": events, "n_prompts": 30,
            "n_pairs": 2 if scope == "balanced" else 1, "draws": 200, "seed": 1,
        }  # fmt: skip


@pytest.fixture(scope="module")
def continuations():
    starts = {"shallow": 1.0, "deep": 3.0, "balanced": 5.0}
    return pd.DataFrame([row for scope, start in starts.items() for row in rows_of(scope, start)])


def value_of(table, scope, arm, readout="common_tuned"):
    own = table[(table["scope"] == scope) & (table["arm"] == arm) & (table["readout"] == readout)]
    return own["value"].item()


def test_horizons_are_those_of_whole_continuations():
    assert horizons_in(["8 tokens", "1 token", "4 tokens, tail", "12 tokens", "reference"]) == [1, 8, 12]


def test_every_part_has_its_curve_over_the_horizons(continuations):
    drawing = draw_continuations(continuations, LABELS)
    axes = drawing.figure.axes[1]
    lines = {
        to_hex(line.get_color()).upper(): line
        for line in axes.lines
        if len(line.get_xdata()) >= 2 and line.get_marker() == "."
    }
    assert set(lines) == {COLOURS[meaning] for _, meaning, _ in PARTS.values()}
    whole = lines[COLOURS["interaction"]]
    assert list(whole.get_xdata()) == [0, 1, 2]
    assert list(whole.get_ydata()) == [value_of(continuations, "deep", arm_of(n)) for n in HORIZONS]
    tail = lines[COLOURS["matched"]]
    assert list(tail.get_xdata()) == [1, 2], "there is no tail of no token"
    assert list(tail.get_ydata()) == [value_of(continuations, "deep", arm_of(n, "tail")) for n in HORIZONS[1:]]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0", "1", "8"]
    texts = {text.get_text() for text in visible_texts(drawing.figure)}
    assert {"Shallow 4B\nn = 53", "Deep_7B\nn = 56", "Mean of 2 families\nn = 52"} <= texts


def test_the_table_has_a_row_for_each_horizon_under_each_readout(continuations):
    table = shown.table_continuations(continuations, LABELS)
    assert list(table["tokens"]) == HORIZONS * 2 * 3
    assert list(table["readout"].unique()) == ["tuned", "base"]
    own = table[(table["family"] == "Deep_7B") & (table["readout"] == "base") & (table["tokens"] == 8)].iloc[0]
    for name, (part, _) in shown.PARTS.items():
        assert own[name] == value_of(continuations, "deep", arm_of(8, part), "common_base"), name
    assert own["n_events"] == 60 - 8 - 4, "those of whole continuations"
    assert table.loc[table["tokens"] == 0, "tail"].isna().all()
    assert render(table, shown.SPEC)["csv"].count("\n") == 1 + 18


def test_estimates_without_continuations_are_refused(continuations):
    with pytest.raises(TableError, match="figure continuations: the table has no rows"):
        draw_continuations(continuations[continuations["effect"] == "portable"], LABELS)
