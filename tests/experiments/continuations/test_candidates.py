"""What is scored: tails as they were written, where they end, and who lends a tail to whom, by hand."""

import pandas as pd
import pytest
import torch

from crosspatch.errors import PairError
from crosspatch.experiments.continuations.candidates import Ends, candidates_of, other_prompts, tails_of
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.readout import real_tokens_of
from crosspatch.models.tokens import load_tokenizer
from crosspatch.models.vocabulary import load_vocabulary


@pytest.mark.parametrize(
    ("tokens", "reach"),
    [([5, 6, 7], 2), ([5, 2, 7], 1), ([2, 6], 0), ([5, 3, 7], 0), ([3], -1), ([5, 6, 2], 2), ([], -1)],
)
def test_a_continuation_counts_up_to_its_stop_token_and_before_any_other_special_one(tokens, reach):
    assert Ends(frozenset([2]), frozenset([2, 3])).reach(tokens) == reach


def events_of(rows):
    usual = {"pair": "one", "step": 1, "usable": True, "base_token": 8, "tuned_token": 9, "category": "facts"}
    return pd.DataFrame([usual | row for row in rows])


def test_a_tail_is_the_rollout_from_the_event_on():
    events = events_of([{"prompt_id": "a"}, {"prompt_id": "b", "usable": False}])
    rollouts = pd.DataFrame({"prompt_id": ["a", "b"], "tokens": [[7, 9, 4, 5, 6], [1]]})
    assert tails_of(events, rollouts, "tuned", 2) == {"a": [9, 4, 5]}
    with pytest.raises(PairError, match="pair 'one', prompt 'a': the base rollout does not go on with the event's"):
        tails_of(events, rollouts, "base", 2)
    with pytest.raises(PairError, match="prompt 'a': the tuned rollout does not"):
        tails_of(events, rollouts.assign(prompt_id=["c", "b"]), "tuned", 2)


def test_each_prompt_lends_its_tail_to_one_other_of_its_category_and_class():
    classes = {"p1": "content", "p2": "content", "p3": "content", "p4": "content", "p5": "format"}
    others = [{"prompt_id": name, "tuned_class": tuned_class} for name, tuned_class in classes.items()]
    events = events_of([*others, {"prompt_id": "p0", "tuned_class": "content", "category": "safety"}])
    found = other_prompts(events)
    assert set(found) == set(found.values()) == {"p1", "p2", "p3", "p4"}, "p0 and p5 are alone"
    assert all(name != other for name, other in found.items())
    assert other_prompts(events.iloc[::-1]) == found


def test_candidates_of_a_pair(continued, llama):
    table = continued("llama").continuations.set_index(["prompt_id", "candidate"])
    usable = llama.usable.set_index("prompt_id")
    assert len(table) == 4 * len(usable)
    for name, event in usable.iterrows():
        for side in ("base", "tuned"):
            written = llama.rollouts[side].set_index("prompt_id").loc[name, "tokens"]
            own = table.loc[(name, side), "tokens"]
            assert list(own) == list(written[int(event["step"]) :][:5])
        assert table.loc[(name, "forced"), "tokens"][0] == event["tuned_token"]
    shuffled = table.xs("shuffled", level="candidate")
    assert set(shuffled["reason"].dropna()) <= {"no other prompt of its category and class of token"}
    lent = shuffled[shuffled["reason"].isna()]
    assert len(lent)
    tails = {tuple(tokens[1:]) for tokens in table.xs("tuned", level="candidate")["tokens"]}
    assert {tuple(tokens[1:]) for tokens in lent["tokens"]} <= tails


def test_the_forced_tail_is_what_the_base_picks_step_by_step(continued, llama):
    """Without a cache, one token at a time."""
    model = load_model(llama.folders["base"], Placement(device="cpu", dtype="checkpoint", attention="sdpa"))
    real = real_tokens_of(model, load_tokenizer(llama.folders["base"]))
    forced = continued("llama").continuations.query("candidate == 'forced'")
    for row in list(forced.itertuples())[:4]:
        tokens = [*row.context, row.tokens[0]]
        for token in row.tokens[1:]:
            with torch.no_grad():
                logits = model(torch.tensor([tokens])).logits[0, -1].masked_fill(~real, -torch.inf)
            assert logits.argmax() == token
            tokens.append(token)


def test_a_tail_that_means_something_else_to_one_side_does_not_count(llama):
    sides = tuple(load_vocabulary(llama.folders[side], []) for side in ("base", "tuned"))
    events = llama.usable.head(1)
    name, first = (
        events["prompt_id"].iloc[0],
        {side: int(events[f"{side}_token"].iloc[0]) for side in ("base", "tuned")},
    )
    written = {side: {name: [first[side], 10_000]} for side in ("base", "tuned")} | {"forced": {}}
    table = candidates_of(events, written, sides).set_index("candidate")
    assert table.loc["tuned", "reason"] == "a token lies outside the other checkpoint's vocabulary"
    assert table.loc["forced", "reason"] == "the base has no room to go on from the tuned token"
    assert (table["reach"] == -1).all()
