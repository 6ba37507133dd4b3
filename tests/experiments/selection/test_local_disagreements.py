"""Selection baselines from paths made by hand: where each arm's events are, and why a prompt has none."""

from collections import Counter

import pandas as pd
import pytest

from crosspatch.errors import PairError
from crosspatch.experiments.selection.local_disagreements import (
    AGREED,
    EARLY,
    LATE,
    NO_PREFIX,
    PARTED,
    select_local_disagreements,
    values_of_selection,
)
from crosspatch.experiments.selection.paths import ReadPath
from crosspatch.models.vocabulary import OUTSIDE_VOCABULARY, Vocabulary

WORDS = {word: place for place, word in enumerate("a Sure the Paris , <end> Rome however help go".split())}
PROMPT = [2, 3]
ARMS = ["base path", "tuned path", "future pair"]


@pytest.fixture
def sides(make_word_tokenizer):
    return (Vocabulary(make_word_tokenizer(WORDS, end="<end>"), 10, frozenset({5})),) * 2


def divergence(prompt_id="p0", *, step=None, tokens=(6, 7), usable=True, reason=None):
    known = {"pair": "one", "prompt_id": prompt_id, "category": "facts", "template": "raw", "step": step}
    known |= {"base_class": "content", "tuned_class": "format", "usable": usable, "reason": reason}
    return known | dict(zip(("base_token", "tuned_token"), tokens, strict=True))


def path(tokens, differs, *, base=6, tuned=7):
    """A path along which both choose 8, except after the prefixes of the lengths in `differs`."""
    own = {"base": base, "tuned": tuned}
    choices = {side: [token if j in differs else 8 for j in range(len(tokens) + 1)] for side, token in own.items()}
    return ReadPath(PROMPT, list(tokens), choices)


@pytest.fixture
def select(sides):
    """Return a function from first divergences and paths by prompt to selected events, by arm if of one prompt."""

    def run(divergences, paths, *, candidates=8, seed=1):
        rows = pd.DataFrame(divergences)
        events = select_local_disagreements(rows, paths, candidates=candidates, seed=seed, sides=sides)
        return events.assign(reason=events["reason"].astype(object).where(events["reason"].notna(), None))

    return run


def test_a_local_disagreement_is_never_the_first_divergence_nor_the_first_token(select):
    both = {"base": path([8, 8, 8, 8], {0, 1, 4}), "tuned": path([8, 8, 1], {1, 3}, base=1, tuned=0)}
    base, tuned, _ = select([divergence(step=1.0)], {"p0": both}).itertuples()
    assert (base.arm, base.pooled_arm, base.event) == ("base path", "both paths", "p0 base path")
    assert (base.step, base.context, base.base_token, base.tuned_token) == (4, [*PROMPT, 8, 8, 8, 8], 6, 7)
    assert (base.base_class, base.tuned_class, base.usable, base.reason) == ("content", "format", True, None)
    assert (tuned.step, tuned.context, tuned.base_token, tuned.tuned_token) == (3, [*PROMPT, 8, 8, 1], 1, 0)


def test_a_prompt_without_an_event_says_why(select):
    rows = [divergence("p0", step=0.0), divergence("p1", step=1.0), divergence("p2", usable=False, reason="too long")]
    both = {"base": path([8, 8], {0, 2}), "tuned": path([8, 8], {0})}
    short = {"base": path([8], {1}), "tuned": path([8, 8], {1, 2})}
    events = select(rows, {"p0": both, "p1": short}).set_index(["prompt_id", "arm"])["reason"]
    assert events.loc["p0"].to_dict() == {"base path": None, "tuned path": AGREED, "future pair": EARLY}
    assert events.loc["p1"].to_dict() == {"base path": NO_PREFIX, "tuned path": None, "future pair": EARLY}
    assert events.loc["p2"].to_dict() == dict.fromkeys(ARMS, "too long")


def test_a_prompt_without_a_divergence_still_has_its_disagreements(select):
    rows = [divergence(usable=False, reason="no divergence within the rollouts", tokens=(None, None))]
    events = select(rows, {"p0": {"base": path([8, 8], {2}), "tuned": path([8], {0})}}).set_index("arm")
    assert events["reason"].to_dict() == {
        "base path": None,
        "tuned path": AGREED,
        "future pair": "no divergence within the rollouts",
    }


def test_no_more_prefixes_are_tried_than_candidates(select):
    rows = [divergence(f"p{place}", step=0.0) for place in range(300)]
    paths = {row["prompt_id"]: {side: path([8] * 10, {5, 6}) for side in ("base", "tuned")} for row in rows}
    found = {candidates: select(rows, paths, candidates=candidates) for candidates in (1, 8, 10)}
    shares = {
        candidates: events[events["arm"] != "future pair"]["usable"].mean() for candidates, events in found.items()
    }
    assert shares[1] == pytest.approx(2 / 10, abs=0.05)
    assert shares[8] == pytest.approx(1 - 1 / 45, abs=0.02)  # both in the two that are left out: 1 of C(10, 2)
    assert shares[10] == 1


def test_prefixes_are_uniform_and_drawn_for_each_prompt_and_arm_alone(select):
    rows = [divergence(f"p{place}", step=2.0) for place in range(400)]
    paths = {row["prompt_id"]: {side: path([8] * 5, set(range(6))) for side in ("base", "tuned")} for row in rows}
    steps = select(rows, paths).pivot_table(index="prompt_id", columns="arm", values="step", observed=True)
    for arm in ("base path", "tuned path"):
        counts = Counter(steps[arm])
        assert set(counts) == {1, 3, 4, 5}
        assert max(counts.values()) < 135  # 100 expected, standard deviation 8.7
    assert 0.15 < (steps["base path"] == steps["tuned path"]).mean() < 0.35
    alone = select(rows[7:8], {"p7": paths["p7"]}).set_index("arm")["step"]
    assert alone[["base path", "tuned path"]].to_dict() == steps.loc["p7", ["base path", "tuned path"]].to_dict()
    other = select(rows, paths, seed=2).pivot_table(index="prompt_id", columns="arm", values="step", observed=True)
    assert 0.1 < (steps["base path"] == other["base path"]).mean() < 0.4


def test_the_future_pair_stands_at_every_prefix_before_the_one_next_to_the_divergence(select):
    rows = [divergence(f"p{place}", step=5.0, tokens=(1, 4)) for place in range(200)]
    paths = {row["prompt_id"]: {"base": path([8] * 6, {5}), "tuned": path([8], {0})} for row in rows}
    events = select(rows, paths)
    future = events[events["arm"] == "future pair"]
    assert set(future["step"]) == {0, 1, 2, 3}
    assert set(zip(future["base_token"], future["tuned_token"], strict=True)) == {(1, 4)}
    assert (future["context"].map(len) == 2 + future["step"]).all()
    assert future["pooled_arm"].isna().all()


def test_the_future_pair_needs_an_agreement_before_a_late_enough_divergence(select):
    rows = [divergence(name, step=step) for name, step in (("p2", 2.0), ("p3", 3.0), ("p4", 4.0), ("p5", 3.0))]
    differs = {"p2": {2}, "p3": {3}, "p4": {4}, "p5": {0, 1, 3}}
    paths = {name: {"base": path([8] * 4, where), "tuned": path([8], {0})} for name, where in differs.items()}
    reasons = select(rows, paths).query("arm == 'future pair'").set_index("prompt_id")["reason"]
    assert reasons.to_dict() == {"p2": EARLY, "p3": None, "p4": LATE, "p5": PARTED}


def test_a_token_outside_the_other_vocabulary_is_a_reason(select):
    both = {"base": path([8, 8], {2}, tuned=10), "tuned": path([8, 8], {2})}
    events = select([divergence(step=0.0)], {"p0": both}).set_index("arm")
    assert events.loc["base path", "reason"] == OUTSIDE_VOCABULARY
    assert not events.loc["base path", "usable"]


def test_a_pair_without_any_event_is_refused(select):
    both = {"base": path([], {0}), "tuned": path([], {0})}
    said = r"pair 'one': control 'selection' finds no usable event \(\{'the rollout has no prefix to choose from': 2"
    with pytest.raises(PairError, match=said):
        select([divergence(step=0.0)], {"p0": both})


def test_values_count_prompts_with_events_and_describe_the_events(select, table_round_trip):
    rows = [divergence("p0", step=4.0), divergence("p1", step=0.0)]
    again = ReadPath(PROMPT, [6, 8, 8, 8, 8], {"base": [6, 8, 0, 8, 8, 6], "tuned": [6, 8, 0, 8, 8, 7]})
    paths = {
        "p0": {"base": again, "tuned": path([8] * 3, {2}, base=0, tuned=2)},
        "p1": {"base": path([8], {0}), "tuned": path([8] * 2, {2}, base=0, tuned=2)},
    }
    events = select(rows, paths)
    values = table_round_trip(values_of_selection(pd.DataFrame(rows), events, paths, longest=64), "control_values")
    found = (
        values.sort_values(["prompt_id", "step"], ascending=[True, False])
        .groupby(["quantity", "arm"])["value"]
        .agg(list)
        .to_dict()
    )
    assert found == {
        ("has_event", "first divergence"): [1, 1],
        ("has_event", "base path"): [1, 0],
        ("has_event", "tuned path"): [1, 1],
        ("has_event", "both paths"): [1, 1],
        ("has_event", "future pair"): [1, 0],
        ("position_at_least_3", "first divergence"): [1, 0],
        ("position_at_least_3", "base path"): [1],
        ("position_at_least_3", "tuned path"): [0, 0],
        ("position_at_least_3", "both paths"): [1, 0, 0],
        ("position_at_least_3", "future pair"): [0],
        ("has_content", "first divergence"): [1, 1],
        ("has_content", "base path"): [1],
        ("has_content", "tuned path"): [0, 0],
        ("has_content", "both paths"): [1, 0, 0],
        ("has_content", "future pair"): [1],
        ("read_again", "base path"): [0.8, 0.0],
        ("read_again", "tuned path"): [2 / 3, 1.0],
    }


@pytest.mark.parametrize(("longest", "has_event", "shares"), [(8, 1.0, [1.0]), (7, 0.0, [])])
def test_a_first_divergence_beyond_the_tokens_that_are_used_is_none_to_compare_with(
    select, table_round_trip, longest, has_event, shares
):
    rows = [divergence(step=7)]
    paths = {"p0": {"base": path([8] * longest, {2}), "tuned": path([8] * longest, {4})}}
    events = select(rows, paths)
    known = values_of_selection(pd.DataFrame(rows), events, paths, longest=longest)
    values = table_round_trip(known, "control_values").query("arm == 'first divergence'").groupby("quantity")["value"]
    found = {"has_event": [], "position_at_least_3": [], "has_content": []} | values.agg(list).to_dict()
    assert found == {"has_event": [has_event], "position_at_least_3": shares, "has_content": shares}
