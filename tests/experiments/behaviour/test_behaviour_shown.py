"""The figure and the table of the bridge show what the estimates say, and grades come from rollouts as they are."""

import pandas as pd
import pytest

from crosspatch.experiments.behaviour.draw_behaviour import draw_behaviour
from crosspatch.experiments.behaviour.grade_rollouts import graded
from crosspatch.experiments.behaviour.names import ALL, OUTCOMES
from crosspatch.experiments.behaviour.relate_behaviour import answers_of
from crosspatch.experiments.behaviour.table_behaviour import table_behaviour
from crosspatch.measures.effects import contrast_of_cells
from crosspatch.records.arms import WITHIN_CATEGORIES, WITHIN_KINDS
from crosspatch.records.expectations import NUMBER, REFUSAL, Expectation
from crosspatch.statistics.cells_array import pair_cells
from drawn_figures import visible_texts

LABELS = {"shallow": "Shallow 4B", "deep": "Deep_7B"}
NOTHING = "the prompt asks for no one answer"


def row(scope, arm, effect, value, method="prompt"):
    return {
        "control": "behaviour", "arm": arm, "effect": effect, "scope": scope, "readout": "common_tuned",
        "precision": "float32", "method": method, "value": value, "low": value - 0.1, "high": value + 0.1,
        "level": 0.95, "n_events": 40, "n_prompts": 30, "n_pairs": 2 if scope == "balanced" else 1, "draws": 200,
        "seed": 1,
    }  # fmt: skip


@pytest.fixture(scope="module")
def behaviour():
    rows = []
    for scope, start in {"shallow": 0.1, "deep": -0.2, "balanced": 0.3}.items():
        for place, arm in enumerate((ALL, WITHIN_CATEGORIES, WITHIN_KINDS, "category facts")):
            named = ("answer_correlation", "answer_rank_correlation", "change_correlation")
            rows += [row(scope, arm, effect, start + place / 100) for effect in named]
        for arm in (ALL, WITHIN_CATEGORIES):
            rows += [row(scope, arm, effect, start / 2, "permutation") for effect in ("null_mean", "p_two_sided")]
        rows += [row(scope, arm, "interaction", start + 1) for arm in list(OUTCOMES.values())[:3]]
    return pd.DataFrame(rows)


def test_the_table_has_every_correlation_and_the_null_where_there_is_one(behaviour):
    table = table_behaviour(behaviour, LABELS).set_index(["family", "arm"])
    assert list(table.loc["Deep_7B"].index) == [ALL, WITHIN_CATEGORIES, WITHIN_KINDS, "category facts"]
    assert table.loc["Deep_7B", WITHIN_CATEGORIES]["answer_correlation"] == pytest.approx(-0.19)
    assert table.loc["Shallow 4B", ALL]["p_two_sided"] == 0.05
    assert table.loc["Mean of 2 families", ALL]["change_correlation_low"] == pytest.approx(0.2)
    assert table["null_mean"].xs("category facts", level="arm").isna().all()


def test_the_figure_has_a_line_for_every_arm_and_every_outcome_that_there_is(behaviour):
    drawing = draw_behaviour(behaviour, LABELS)
    left, right = drawing.figure.axes
    words = [[text.get_text().split("\n")[0] for text in axes.get_yticklabels()] for axes in (left, right)]
    assert words[0] == [ALL, WITHIN_CATEGORIES, WITHIN_KINDS, "category facts"]
    assert words[1] == [f"as expected: {name}" for name in list(OUTCOMES.values())[:3]]
    assert any("correlation" in text.get_text() for text in visible_texts(drawing.figure))
    assert set(drawing.drawn["panel"]) == {"A", "B"}


def test_a_rollout_is_graded_by_what_its_prompt_expects(tokenizer, table_round_trip):
    texts = {"sum": "the number", "open": "the number", "failed": "the", "cut": "the number"}
    rollouts = pd.DataFrame({
        "prompt_id": list(texts), "tokens": [tokenizer(text)["input_ids"] for text in texts.values()],
        "stop_reason": ["stop_token", "stop_token", None, "length"], "failure": [None, None, "too long", None],
    })  # fmt: skip
    expected = dict.fromkeys(texts, Expectation(REFUSAL)) | {"open": Expectation.nothing(NOTHING)}
    expected["sum"] = Expectation(NUMBER, "7")
    found = table_round_trip(graded(rollouts, tokenizer, expected), "graded_rollouts").set_index("prompt_id")
    assert found["passed"].to_dict() == {"sum": False, "open": None, "failed": None, "cut": False}
    assert found["reason"].dropna().to_dict() == {"open": NOTHING, "failed": "too long", "cut": "stopped by its length"}


def test_answers_are_of_events_that_both_rollouts_have_a_grade_of(make_random_cells, table_round_trip):
    prompts = [f"p{place}" for place in range(5)]
    cells = make_random_cells("one", prompts, 1)
    grades = pd.DataFrame({"prompt_id": prompts, "validator": "words", "passed": True, "reason": None})
    base = grades.assign(passed=[True, None, False, True, False])
    tuned = grades.iloc[::-1].assign(passed=[None, True, True, True, False])
    found = table_round_trip(answers_of(cells, base, tuned), "answers").set_index("prompt_id")
    assert list(found.index) == [prompts[0], prompts[2], prompts[3]]
    assert found["base_passed"].tolist() == [True, False, True]
    assert found["tuned_passed"].tolist() == [False, True, True]
    own = pair_cells(cells)
    effects = contrast_of_cells(own.margins, "interaction")[:, own.views.index(("common_tuned", "float32"))]
    assert found["interaction"].tolist() == effects[[0, 2, 3]].tolist()
