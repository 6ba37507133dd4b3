"""Events along native histories, from paths made by hand."""

import pandas as pd
import pytest

from crosspatch.errors import PairError
from crosspatch.experiments.selection.histories import AGREED, SHORT, STOPPED, select_histories
from crosspatch.experiments.selection.paths import ReadPath
from crosspatch.jobs.selected_events import values_of_events
from crosspatch.models.vocabulary import Vocabulary

WORDS = {word: place for place, word in enumerate("a Sure the Paris , <end> Rome however help <|turn|>".split())}
PROMPT = [2, 3]
END, TURN = 5, 9


@pytest.fixture
def select(make_word_tokenizer):
    """Return a function from paths by prompt to selected events; <|turn|> stops the tuned checkpoint only."""
    words = make_word_tokenizer(WORDS, end="<end>")
    sides = (Vocabulary(words, 10, frozenset({END})), Vocabulary(words, 10, frozenset({END, TURN})))

    def run(paths, *, horizons=(0, 1, 3), primary=(1, 3), failed=()):
        given = {"horizons": horizons, "primary": primary, "sides": sides}
        events = select_histories(divergences(paths, failed), paths, **given)
        return events.assign(reason=events["reason"].astype(object).where(events["reason"].notna(), None))

    return run


def divergences(paths, failed=()):
    known = {"pair": "one", "category": "facts", "template": "raw", "base_class": "format", "tuned_class": "format"}
    found = [known | {"prompt_id": name, "step": 0.0, "usable": True, "reason": None} for name in paths]
    lost = [known | {"prompt_id": name, "usable": False, "reason": "too long"} for name in failed]
    return pd.DataFrame([*found, *lost])


def path(tokens, base, tuned):
    return ReadPath(PROMPT, list(tokens), {"base": list(base), "tuned": list(tuned)})


def test_an_event_is_where_the_choices_differ_after_the_first_tokens_of_the_history(select):
    both = {
        "tuned": path([1, 8, 6, END], [8, 6, 6, 0, 5], [1, 8, 6, END, 5]),
        "base": path([8, 8], [8, 8, 6], [1, 8, 7]),
    }
    events = select({"p0": both}).set_index("arm")
    assert events["reason"].to_dict() == {
        "tuned history, h = 0": None,
        "tuned history, h = 1": None,
        "tuned history, h = 3": None,
        "base history, h = 0": None,
        "base history, h = 1": AGREED,
        "base history, h = 3": SHORT,
    }
    assert events["pooled_arm"].fillna("").tolist() == ["", *["tuned history"] * 2, "", *["base history"] * 2]
    third = events.loc["tuned history, h = 3"]
    assert (third["step"], third["context"]) == (3, [*PROMPT, 1, 8, 6])
    assert (third["base_token"], third["tuned_token"], third["event"]) == (0, END, "p0 tuned history, h = 3")
    assert events.loc["base history, h = 0", "base_token"] == 8


def test_a_history_as_long_as_the_horizon_is_too_short(select):
    whole = path([1, 8, 6], [8] * 4, [1] * 4)
    events = select({"p0": {"tuned": whole, "base": whole}}, horizons=(2, 3), primary=(2,))
    assert events["reason"].tolist() == [None, SHORT, None, SHORT]


def test_no_event_stands_behind_a_token_that_stops_either_side(select):
    behind = path([8, TURN, 6, 6], [8] * 5, [1] * 5)
    events = select({"p0": {"tuned": behind, "base": behind}}, horizons=(0, 1, 2, 3), primary=(1,))
    assert events["reason"].tolist() == [None, None, STOPPED, STOPPED] * 2


def test_a_failed_prompt_keeps_its_reason_in_every_arm(select):
    whole = path([1, 8, 6], [8] * 4, [1] * 4)
    events = select({"p0": {"tuned": whole, "base": whole}}, horizons=(0, 2), primary=(2,), failed=["p1"])
    assert events.groupby("prompt_id")["usable"].sum().to_dict() == {"p0": 4, "p1": 0}
    assert events.loc[events["prompt_id"] == "p1", "reason"].tolist() == ["too long"] * 4


def test_a_pair_without_any_event_is_refused(select):
    never = path([1], [8, 8], [8, 8])
    with pytest.raises(PairError, match=r"control 'native_history' finds no usable event \(\{'base and tuned agree"):
        select({"p0": {"tuned": never, "base": never}}, horizons=(0,), primary=())


def test_values_of_a_pooled_arm_say_which_prompts_have_any_event(select, table_round_trip):
    longer, shorter = path([1, 8, 6, 6], [8] * 5, [1] * 5), path([1, 8], [8] * 3, [1] * 3)
    never = path([1, 8], [8] * 3, [8] * 3)
    paths = {"p0": {"tuned": longer, "base": longer}, "p1": {"tuned": shorter, "base": never}}
    events = select(paths)
    values = table_round_trip(values_of_events(divergences(paths), events, longest=64), "control_values")
    has_event = values[values["quantity"] == "has_event"].pivot_table(index="arm", columns="prompt_id", values="value")
    assert has_event["p0"].eq(1).all()
    assert has_event["p1"].to_dict() == {
        "base history": 0,
        "base history, h = 0": 0,
        "base history, h = 1": 0,
        "base history, h = 3": 0,
        "first divergence": 1,
        "tuned history": 1,
        "tuned history, h = 0": 1,
        "tuned history, h = 1": 1,
        "tuned history, h = 3": 0,
    }
    later = values[(values["quantity"] == "position_at_least_3") & (values["arm"] == "tuned history")]
    assert later[["prompt_id", "step", "value"]].to_numpy().tolist() == [["p0", 1, 0], ["p0", 3, 1], ["p1", 1, 0]]
