"""First divergences of hand-made rollouts: one row per prompt, usable or with the reason why not."""

import pandas as pd
import pytest

from crosspatch.errors import PairError
from crosspatch.experiments.divergence.first_divergences import (
    NO_DIVERGENCE,
    ONE_SIDE_STOPPED,
    find_first_divergences,
)
from crosspatch.models.vocabulary import DECODES_DIFFERENTLY, OUTSIDE_VOCABULARY, Vocabulary

WORDS = {word: place for place, word in enumerate("a Sure the Paris , <end> Rome however <|turn|> help".split())}
A, SURE, THE, PARIS, COMMA, END, ROME, HOWEVER, TURN, HELP = range(10)
PROMPT = [THE, PARIS]


@pytest.fixture
def vocabulary(make_word_tokenizer):
    """Return a function that makes a side's vocabulary; `changed` are words with other ids."""

    def make(*, size=10, stops=(END,), changed=None):
        words = {word: place for place, word in enumerate(changed)} if changed else WORDS
        return Vocabulary(make_word_tokenizer(words, end="<end>"), size, frozenset(stops))

    return make


def rollouts(*rows):
    """A rollout table; a row is its tokens, with the gap at step n being n + 0.5, or the columns that differ."""
    records = []
    for place, row in enumerate(rows):
        given = row if isinstance(row, dict) else {"tokens": row}
        usual = {"prompt_id": f"p{place}", "prompt_tokens": PROMPT, "stop_reason": "length", "failure": None}
        gaps = [step + 0.5 for step in range(len(given["tokens"]))]
        records.append(usual | {"gaps": gaps} | given)
    return pd.DataFrame(records)


def prompts(count):
    described = {"category": "facts", "source": "written", "template": "question", "text": "the Paris"}
    return pd.DataFrame([{"prompt_id": f"p{place}", **described} for place in range(count)])


@pytest.fixture
def find(vocabulary):
    """Return a function from base and tuned rollouts to events."""

    def run(base, tuned, sides=None):
        return find_first_divergences("one", prompts(len(base)), base, tuned, sides=sides or (vocabulary(),) * 2)

    return run


def test_a_divergence_at_the_first_token(find, table_round_trip):
    events = find(rollouts([PARIS, COMMA]), rollouts([SURE, COMMA]))
    assert events.to_dict("records") == [
        {
            "pair": "one",
            "prompt_id": "p0",
            "category": "facts",
            "source": "written",
            "template": "question",
            "step": 0,
            "n_prompt_tokens": 2,
            "context": PROMPT,
            "base_token": PARIS,
            "tuned_token": SURE,
            "base_text": "Paris",
            "tuned_text": "Sure",
            "base_class": "content",
            "tuned_class": "content",
            "assistant_marker": True,
            "base_stops": False,
            "tuned_stops": False,
            "base_gap": 0.5,
            "tuned_gap": 0.5,
            "usable": True,
            "reason": None,
        }
    ]
    assert table_round_trip(events, "events").iloc[0]["context"].tolist() == PROMPT


def test_a_later_divergence_shares_its_history(find):
    (event,) = find(rollouts([PARIS, COMMA, THE]), rollouts([PARIS, COMMA, HOWEVER, HELP])).itertuples()
    assert (event.step, event.context, event.n_prompt_tokens) == (2, [*PROMPT, PARIS, COMMA], 2)
    assert (event.base_token, event.tuned_token) == (THE, HOWEVER)
    assert (event.base_class, event.tuned_class) == ("function", "format")
    assert (event.base_gap, event.tuned_gap) == (2.5, 2.5)
    assert (event.usable, event.assistant_marker) == (True, False)


def test_a_stop_token_can_be_the_event(find, vocabulary):
    sides = (vocabulary(), vocabulary(stops=(END, TURN)))
    events = find(rollouts([PARIS, END], [PARIS, ROME]), rollouts([PARIS, ROME], [PARIS, TURN]), sides)
    assert events["usable"].all()
    assert events["base_stops"].tolist() == [True, False]
    assert events["tuned_stops"].tolist() == [False, True]
    assert events["tuned_text"].tolist() == ["Rome", "<|turn|>"]


def test_prompts_without_a_usable_event_have_a_reason(find):
    failed = {"tokens": [], "failure": "too long", "stop_reason": None}
    base = rollouts([PARIS], [PARIS, ROME], [PARIS, TURN], failed, [PARIS], failed)
    tuned = rollouts([ROME], [PARIS, ROME], [PARIS, TURN, ROME], [PARIS], failed, failed)
    events = find(base, tuned)
    assert events["usable"].tolist() == [True, False, False, False, False, False]
    assert events["reason"].tolist()[1:] == [NO_DIVERGENCE, ONE_SIDE_STOPPED, "too long", "too long", "too long"]
    assert events["prompt_id"].tolist() == [f"p{place}" for place in range(6)]
    described = ["step", "context", "base_token", "tuned_text", "base_gap", "assistant_marker"]
    assert events.loc[1:, described].isna().all(axis=None)


def test_a_token_outside_the_other_vocabulary(find, vocabulary):
    for sides in ((vocabulary(size=9), vocabulary()), (vocabulary(), vocabulary(size=9))):
        events = find(
            rollouts([PARIS], [PARIS], [HELP, PARIS], [TURN]), rollouts([ROME], [HELP], [HELP, ROME], [ROME]), sides
        )
        assert events["reason"].fillna("").tolist() == ["", OUTSIDE_VOCABULARY, OUTSIDE_VOCABULARY, ""]
    assert events.loc[1, "tuned_token"] == HELP


def test_a_token_that_decodes_differently(find, vocabulary):
    other = [*list(WORDS)[:ROME], "Roma", *list(WORDS)[ROME + 1 :]]
    base = rollouts([PARIS], [PARIS], [ROME, PARIS], {"tokens": [PARIS], "prompt_tokens": [THE, ROME]})
    tuned = rollouts([SURE], [ROME], [ROME, SURE], {"tokens": [SURE], "prompt_tokens": [THE, ROME]})
    events = find(base, tuned, (vocabulary(), vocabulary(changed=other)))
    assert events["reason"].fillna("").tolist() == ["", *[DECODES_DIFFERENTLY] * 3]
    assert events["usable"].tolist() == [True, False, False, False]
    assert events.loc[1, "tuned_text"] == "Roma"


def test_a_token_that_one_tokenizer_lacks(find, vocabulary):
    shorter = [word for word in WORDS if word != "help"]
    events = find(
        rollouts([PARIS], [PARIS]), rollouts([SURE], [HELP]), (vocabulary(changed=shorter), vocabulary(size=12))
    )
    assert events["reason"].fillna("").tolist() == ["", DECODES_DIFFERENTLY]


def test_prompts_encoded_differently_are_refused(find):
    other = {"tokens": [ROME], "prompt_tokens": [A, *PROMPT]}
    said = r"pair 'one', prompt 'p1': base and tuned encode the prompt differently \(\[2, 3\] and \[0, 2, 3\]\)"
    with pytest.raises(PairError, match=said):
        find(rollouts([PARIS], [PARIS]), rollouts([ROME], other))


def test_a_pair_without_a_usable_event_is_refused(find):
    failed = {"tokens": [], "failure": "too long"}
    said = r"no usable event in 3 prompts \(\{'no divergence within the rollouts': 2, 'too long': 1\}\); check that"
    with pytest.raises(PairError, match=said):
        find(rollouts([PARIS], [ROME], failed), rollouts([PARIS], [ROME], [ROME]))


@pytest.mark.parametrize("side", ["base", "tuned"])
def test_rollouts_of_other_prompts_are_refused(vocabulary, side):
    tables = {"base": rollouts([PARIS], [PARIS]), "tuned": rollouts([ROME], [ROME])}
    tables[side] = tables[side].iloc[::-1]
    with pytest.raises(PairError, match=f"the {side} rollouts are not of this prompt set; delete them and run again"):
        find_first_divergences("one", prompts(2), tables["base"], tables["tuned"], sides=(vocabulary(),) * 2)
