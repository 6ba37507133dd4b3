"""The two later kinds of events, from rollouts made by hand; positions are counted from 0."""

import pandas as pd
import pytest

from crosspatch.errors import PairError
from crosspatch.experiments.divergence.first_divergences import find_first_divergences
from crosspatch.experiments.mixture.kinds import MARKER, WORDS
from crosspatch.experiments.mixture.later_events import COUNTED, NO_SUCH, select_later_kinds
from crosspatch.experiments.selection.selected_cells import measure_selected_events
from crosspatch.models.vocabulary import DECODES_DIFFERENTLY, OUTSIDE_VOCABULARY, Vocabulary

WORD_LIST = "a Sure the Paris , <end> Rome however . help We".split()
A, SURE, THE, PARIS, COMMA, END, ROME, HOWEVER, STOP, HELP, WE = range(11)
PROMPT = [THE, PARIS]


@pytest.fixture
def vocabulary(make_word_tokenizer):
    """Return a function that makes a side's vocabulary; `words` in the order of their ids."""

    def make(words=WORD_LIST, *, size=11):
        ids = {word: place for place, word in enumerate(words)}
        return Vocabulary(make_word_tokenizer(ids, end="<end>"), size, frozenset({END}))

    return make


def rollouts(*rows):
    """A rollout table of lists of tokens, or of what failed."""
    usual = {"prompt_tokens": PROMPT, "stop_reason": "length", "failure": None}
    given = [{"tokens": [], "failure": row} if isinstance(row, str) else {"tokens": row} for row in rows]
    known = [usual | row | {"prompt_id": f"p{place}"} for place, row in enumerate(given)]
    return pd.DataFrame([row | {"gaps": [1.0] * len(row["tokens"])} for row in known])


def prompts(count):
    described = {"category": "facts", "source": "written", "template": "raw", "text": "the Paris"}
    return pd.DataFrame([{"prompt_id": f"p{place}", **described} for place in range(count)])


@pytest.fixture
def select(vocabulary, table_round_trip):
    """Return a function from rollouts to first divergences by prompt and to later events by prompt and kind."""

    def run(base, tuned, sides=None):
        base, tuned, sides = rollouts(*base), rollouts(*tuned), sides or (vocabulary(), vocabulary())
        first = find_first_divergences("one", prompts(len(base)), base, tuned, sides=sides)
        later = table_round_trip(select_later_kinds(first, base, tuned, sides=sides), "selected_events")
        later = later.assign(reason=later["reason"].astype(object).where(later["reason"].notna(), None))
        return first.set_index("prompt_id"), later.set_index(["prompt_id", "arm"])

    return run


def test_all_three_kinds_of_one_prompt_by_hand(select):
    # positions:    0      1      2     3     4        5
    base = [PARIS, COMMA, THE, ROME, HELP, ROME]
    tuned = [PARIS, HOWEVER, STOP, PARIS, PARIS, SURE, A]
    first, later = select([base], [tuned])
    assert (first.loc["p0", "step"], first.loc["p0", "base_token"], first.loc["p0", "tuned_token"]) == (1, 4, 7)
    words, marker = later.loc[("p0", WORDS)], later.loc[("p0", MARKER)]
    # At 2 the tuned token is punctuation; at 3 both are words. At 4 the base token is a marker, at 5 the tuned one.
    assert (words.step, words.base_token, words.tuned_token) == (3, ROME, PARIS)
    assert words.context.tolist() == [*PROMPT, PARIS, COMMA, THE]
    assert (marker.step, marker.base_token, marker.tuned_token) == (4, HELP, PARIS)
    assert marker.context.tolist() == [*PROMPT, PARIS, COMMA, THE, ROME], "the history is the base rollout's"
    assert later["usable"].all()
    assert later["pooled_arm"].isna().all()
    assert (words.base_class, words.tuned_class, words.event) == ("content", "content", f"p0 {WORDS}")


def test_an_event_counts_once_as_the_first_kind_that_it_is_of(select):
    first, later = select(
        [[PARIS, ROME], [COMMA, ROME], [COMMA, ROME, HELP], [COMMA, STOP, ROME]],
        [[SURE, HELP], [STOP, WE], [SURE, PARIS, PARIS], [STOP, SURE, SURE]],
    )
    assert first["step"].tolist() == [0] * 4
    found = {key: row.reason or row.step for key, row in later.iterrows()}
    assert found == {
        ("p0", WORDS): COUNTED,  # both kinds are the first divergence
        ("p0", MARKER): COUNTED,
        ("p1", WORDS): 1,
        ("p1", MARKER): COUNTED,  # the later difference of words has a marker
        ("p2", WORDS): 1,
        ("p2", MARKER): COUNTED,  # the first divergence has a marker, and is no difference of words
        ("p3", WORDS): 2,
        ("p3", MARKER): 1,  # before that of words
    }


def test_a_prompt_without_a_later_kind_and_rollouts_that_end_early(select):
    both = {
        "p0": ([COMMA, THE, THE], [STOP, THE, COMMA]),
        "p1": ([COMMA, THE], [STOP, THE, ROME, SURE]),
        "p2": ([COMMA, THE, HELP], [STOP]),
        "p3": ([PARIS, END], [PARIS, SURE, HELP]),
        "p4": ([PARIS], [PARIS, SURE]),
        "p5": ([PARIS, THE], [PARIS, THE]),
    }
    first, later = select(*zip(*both.values(), strict=True))
    assert first["step"].fillna(-1).tolist() == [0, 0, 0, 1, -1, -1]
    reasons = later.reset_index().pivot_table("reason", "prompt_id", "arm", aggfunc="first")
    assert reasons.loc["p0"].tolist() == [NO_SUCH] * 2
    assert reasons.loc["p1"].tolist() == [NO_SUCH] * 2, "the base rollout ends before them"
    assert reasons.loc["p2"].tolist() == [NO_SUCH] * 2, "the tuned rollout ends before them"
    assert reasons.loc["p3"].to_dict() == {WORDS: NO_SUCH, MARKER: COUNTED}, "a stop token is no word"
    assert reasons.loc[["p4", "p5"]].eq(NO_SUCH).all(axis=None), "they never differ"


def test_failures_keep_their_reason(select):
    _, later = select([[COMMA, ROME], "too long", [COMMA, ROME]], [[STOP, PARIS], [COMMA], "too long"])
    assert later.xs("p0")["usable"].tolist() == [True, False]
    assert later["reason"].xs("p1").tolist() == later["reason"].xs("p2").tolist() == ["too long"] * 2


def test_an_event_is_as_valid_as_a_first_divergence(select, vocabulary):
    base, tuned = [[COMMA, ROME], [COMMA, ROME, A]], [[STOP, PARIS], [STOP, WE, A]]
    _, later = select(base, tuned, (vocabulary(size=10), vocabulary()))
    assert later["reason"].xs(WORDS, level="arm").tolist() == [None, OUTSIDE_VOCABULARY]
    other = [*WORD_LIST[:COMMA], ";", *WORD_LIST[COMMA + 1 :]]
    _, later = select([*base, [THE, ROME]], [*tuned, [STOP, PARIS]], (vocabulary(), vocabulary(other)))
    words = later["reason"].xs(WORDS, level="arm")
    assert words.tolist() == [DECODES_DIFFERENTLY, DECODES_DIFFERENTLY, None], "the base token before it has other text"


def test_rollouts_of_other_prompts_are_refused(select, vocabulary):
    sides = (vocabulary(), vocabulary())
    base, tuned = rollouts([COMMA, ROME], [PARIS]), rollouts([STOP, PARIS], [SURE])
    first = find_first_divergences("one", prompts(2), base, tuned, sides=sides)
    with pytest.raises(PairError, match="'one': the tuned rollouts are not of the prompts of its events; delete them"):
        select_later_kinds(first, base, tuned.iloc[::-1], sides=sides)


def test_a_pair_without_any_later_event_has_its_reasons_and_no_cells(select, table_round_trip):
    _, later = select([[COMMA]], [[STOP]])
    assert later["reason"].tolist() == [NO_SUCH] * 2
    cells = measure_selected_events(refused, refused, {}, later[later["usable"]].reset_index(), [], device="cpu")
    assert len(table_round_trip(cells, "control_cells")) == 0


def refused(side):
    raise AssertionError(f"the {side} half is loaded for nothing")
