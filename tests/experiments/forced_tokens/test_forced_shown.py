"""Figure and table of forced tokens: every estimate is where its number says."""

import itertools

import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.forced_tokens.draw_forced_tokens import LINES, LOOKS, draw_forced_tokens
from crosspatch.experiments.forced_tokens.names import ALL, EVENTS, arm_of
from crosspatch.experiments.forced_tokens.shown import kinds_in
from crosspatch.experiments.forced_tokens.table_forced_tokens import COLUMNS, SPEC, table_forced_tokens
from crosspatch.figures.rendering import render
from drawn_figures import visible_texts

LABELS = {"shallow": "Shallow 4B", "deep": "Deep_7B"}
KINDS = ["sums", "form", ALL]


def rows_of(scope, start):
    """Estimates of one scope of which no two are the same; the deep pair has no sums."""
    every = dict.fromkeys([*LINES.values(), *(line for _, line in COLUMNS.values())])
    for place, (kind, (view, parts, effect)) in enumerate(itertools.product(KINDS, every)):
        if (scope, kind) != ("deep", "sums"):
            yield {
                "control": "forced_tokens", "arm": arm_of(view, kind, *parts), "effect": effect, "scope": scope,
                "readout": None, "precision": None, "method": "prompt", "value": start + 0.001 * place,
                "low": start - 0.5, "high": start + 0.5, "level": 0.95, "n_events": 20 + len(kind) - (view == EVENTS),
                "n_prompts": 20, "n_pairs": 2 if scope == "balanced" and kind != "sums" else 1, "draws": 9, "seed": 1,
            }  # fmt: skip


@pytest.fixture(scope="module")
def estimates():
    starts = {"shallow": 0.1, "deep": 0.3, "balanced": -0.2}
    return pd.DataFrame([row for scope, start in starts.items() for row in rows_of(scope, start)])


def value_of(estimates, scope, arm, effect):
    own = estimates[(estimates["scope"] == scope) & (estimates["arm"] == arm) & (estimates["effect"] == effect)]
    return own["value"].item()


def test_kinds_are_those_of_the_events_all_last(estimates):
    assert kinds_in(estimates, "test") == ["form", "sums", ALL]


def test_every_line_stands_at_its_number(estimates):
    drawing = draw_forced_tokens(estimates, LABELS)
    assert len(drawing.drawn) == 3 * len(LINES) * 3 - len(LINES)
    points = {
        round(float(x), 6) for axes in drawing.figure.axes for dots in axes.collections for x, _ in dots.get_offsets()
    }
    for scope, (view, parts, effect) in itertools.product(["shallow", "balanced"], LINES.values()):
        assert round(value_of(estimates, scope, arm_of(view, "form", *parts), effect), 6) in points
    said = {text.get_text() for text in visible_texts(drawing.figure)}
    assert {words for _, words in LOOKS.values()} <= said
    assert "24 (1 of 2)" in said


def test_the_table_has_every_number_and_counts_whole_answers(estimates):
    table = table_forced_tokens(estimates, LABELS)
    assert table["kind"].tolist() == ["form", "sums", ALL] * 3
    row = table[(table["family"] == "Shallow 4B") & (table["kind"] == "sums")].iloc[0]
    for name, (_, (view, parts, effect)) in COLUMNS.items():
        assert row[name] == value_of(estimates, "shallow", arm_of(view, "sums", *parts), effect)
    assert row["n_events"] == 24
    deep = table[(table["family"] == "Deep_7B") & (table["kind"] == "sums")].iloc[0]
    assert (deep["n_events"], pd.isna(deep["whole"])) == (0, True)
    markdown = render(table, SPEC)["markdown"]
    assert "Mean of 1 of 2 families" in markdown
    assert "Base token is answer" in markdown


def test_estimates_of_something_else_are_refused(estimates):
    with pytest.raises(TableError, match="figure forced_tokens: no events of forced tokens among the arms; make the"):
        draw_forced_tokens(estimates[~estimates["arm"].str.startswith(EVENTS)], LABELS)
