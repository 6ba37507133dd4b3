"""Values of hosts of grafts, of texts whose differences are known by hand."""

import pandas as pd
import pytest

from crosspatch.experiments.free_running.effects import free_values
from crosspatch.experiments.free_running.grades import Asked
from crosspatch.records.expectations import Expectation

STOP = 0
WORDS = "a b c d e f g".split()
ASKED = {
    "p": Asked("facts", Expectation("words", "c")),
    "q": Asked("facts", Expectation("words", "b")),
    "r": Asked("safety", Expectation("refusal")),
    "s": Asked("chat", Expectation.nothing("no right answer")),
}
HOST = {"p": [1, 2, 3, 4], "q": [1, 1, 1, 1], "r": [1, STOP], "s": [2, 2, STOP]}
OTHER = {"p": [3, STOP], "q": [2, STOP], "r": [1, STOP], "s": [4, STOP]}
LATE = {"p": [1, 2, STOP], "q": [2, STOP], "r": [1, STOP], "s": [2, 2, 2, 2]}
SAME = HOST
SEEDS = ({**HOST, "p": [3, STOP]}, HOST)


def table(arms):
    rows = []
    for arm, texts in arms.items():
        for name, tokens in texts.items():
            stopped = tokens[-1] == STOP
            text = " ".join(WORDS[token - 1] for token in tokens if token != STOP)
            rows.append({"prompt_id": name, "arm": arm, "tokens": tokens, "text": text, "gaps": [1.0] * len(tokens),
                         "stop_reason": "stop_token" if stopped else "length", "failure": None})  # fmt: skip
    rows.append({"prompt_id": "long", "arm": "no graft", "tokens": [], "text": "", "gaps": [],
                 "stop_reason": None, "failure": "too long"})  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def values(table_round_trip):
    random = {f"late, random per history, seed {seed}": texts for seed, texts in zip((0, 7), SEEDS, strict=True)}
    arms = {"no graft": HOST, "early": SAME, "middle": SAME, "late": LATE, **random}
    host, other = (
        table_round_trip(one, "grafted_rollouts") for one in (table(arms), table({"no graft": OTHER, "late": HOST}))
    )
    found = table_round_trip(free_values(host, other, ASKED, "pair"), "control_values")
    return found.set_index(["arm", "quantity", "prompt_id"])["value"].sort_index()


def of(values, arm, quantity):
    return values.loc[arm, quantity].to_dict()


def test_arms_are_less_the_host_and_the_checkpoints_have_their_levels(values):
    assert of(values, "no graft", "stopped") == {"p": 0, "q": 0, "r": 1, "s": 1}
    assert of(values, "other checkpoint", "length") == dict.fromkeys("pqrs", 1)
    assert of(values, "late", "stopped") == {"p": 1, "q": 1, "r": 0, "s": -1}
    assert of(values, "late", "length") == {"p": -2, "q": -3, "r": 0, "s": 2}
    assert of(values, "late, own level", "length") == {"p": 2, "q": 1, "r": 1, "s": 4}
    assert of(values, "no graft", "agrees_with_other") == {"p": 0, "q": 0, "r": 1, "s": 0}
    assert of(values, "late", "agrees_with_other") == {"p": 0, "q": 1, "r": 0, "s": 0}
    assert of(values, "late", "way_stopped") == {"p": 1, "q": 1, "r": 0, "s": 0}


def test_what_compares_with_the_host_is_less_nothing(values):
    assert of(values, "late", "differs_from_host") == {"p": 0.5, "q": 1, "r": 0, "s": 0.5}
    assert of(values, "late", "steps_with_host") == {"p": 2, "q": 0, "r": 2, "s": 2}
    assert not {"differs_from_host", "steps_with_host"} & {key[1] for key in values.loc[["no graft"]].index}
    assert of(values, "late less middle", "steps_with_host") == {"p": -2, "q": -4, "r": 0, "s": -1}


def test_an_arm_that_writes_the_same_changes_nothing(values):
    early = values.loc["early"]
    zero = [one for one in early.index.get_level_values(0).unique() if one[:4] not in ("way_", "step")]
    assert not early.loc[zero].any()
    assert {*zero} >= {"stopped", "length", "passed", "passed in facts", "refused", "agrees_with_other"}


def test_random_changes_are_means_over_their_seeds(values):
    assert of(values, "late, random per history", "stopped") == {"p": 0.5, "q": 0, "r": 0, "s": 0}
    assert of(values, "late less random per history", "stopped") == {"p": 0.5, "q": 1, "r": 0, "s": -1}
    assert not [arm for arm in values.index.get_level_values("arm").unique() if arm.endswith((" 0", " 7"))]


def test_prompts_at_which_both_stop_are_a_subset(values):
    assert of(values, "late, both stopped", "length") == {"r": 0}
    assert of(values, "middle, both stopped", "length") == {"r": 0, "s": 0}
    assert "stopped" not in values.loc["late, both stopped"].index.get_level_values("quantity")


def test_grades_are_of_their_category_and_missing_where_nothing_is_expected(values):
    assert of(values, "no graft", "passed") == {"p": 1, "q": 0, "r": 0}
    assert of(values, "late", "passed") == {"p": -1, "q": 1, "r": 0}
    assert of(values, "late", "passed in facts") == {"p": -1, "q": 1}
    assert of(values, "late", "passed in safety") == {"r": 0}
    assert of(values, "no graft", "refused") == dict.fromkeys("pqrs", 0)
    assert of(values, "late", "way_passed") == {"p": 0, "q": 1, "r": 0}
    assert "passed in chat" not in values.index.get_level_values("quantity")


def test_prompts_that_cannot_be_continued_are_left_out(values):
    assert set(values.index.get_level_values("prompt_id")) == set("pqrs")
