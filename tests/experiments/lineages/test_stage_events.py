"""Which events all stages can read: larger and other vocabularies pass, what one lacks is a row with a reason."""

import copy
import shutil

import pandas as pd
import pytest

from crosspatch.errors import PairError
from crosspatch.experiments.lineages.stage_events import NOT_CHOOSABLE, events_to_run, readable_events
from crosspatch.jobs.compatibility import check_tokens
from crosspatch.models.vocabulary import DECODES_DIFFERENTLY, OUTSIDE_VOCABULARY, Vocabulary, load_vocabulary

EVENTS = pd.DataFrame(
    {
        "pair": "support",
        "prompt_id": ["p0", "p1", "p2", "p3"],
        "usable": [True, True, True, False],
        "context": [[1, 2], [1, 2, 3], [2], None],
        "base_token": [1, 2, 1, None],
        "tuned_token": [3, 5, 4, None],
    }
)
WORDS = {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5}


@pytest.fixture
def vocabulary(make_word_tokenizer):
    """Return a function that makes the vocabulary of a checkpoint, padded to `size` logits."""

    def make(words=WORDS, size=8):
        return Vocabulary(make_word_tokenizer(words), size, frozenset())

    return make


def reasons(table):
    return {row.prompt_id: (row.checkpoint, row.reason) for row in table.itertuples() if not row.readable}


def test_padded_and_extended_vocabularies_read_every_event(vocabulary, table_round_trip):
    more = WORDS | {"<pad>": 6, "<turn>": 7}
    stages = {"first": vocabulary(), "middle": vocabulary(size=64), "last": vocabulary(more, size=16)}
    table = table_round_trip(readable_events(EVENTS, stages), "stage_events")
    assert list(table["prompt_id"]) == ["p0", "p1", "p2"]  # p3 is no usable event of the pair
    assert table["readable"].all()
    assert table[["checkpoint", "reason"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("words", "size", "reason"),
    [
        (WORDS, 5, OUTSIDE_VOCABULARY),
        (WORDS | {"other": 5, "f": 6}, 8, DECODES_DIFFERENTLY),
    ],
)
def test_an_event_that_one_stage_cannot_read_names_it_and_the_reason(vocabulary, words, size, reason):
    stages = {"first": vocabulary(), "middle": vocabulary(words, size), "last": vocabulary()}
    assert reasons(readable_events(EVENTS, stages)) == {"p1": ("middle", reason)}


def test_a_token_that_a_stage_can_never_choose_is_a_reason(vocabulary):
    spare = {**{word: token for word, token in WORDS.items() if token != 4}, "<|reserved_special_token_1|>": 4}
    stages = {name: vocabulary(spare) for name in ("first", "last")}
    assert reasons(readable_events(EVENTS, stages)) == {"p2": ("first", NOT_CHOOSABLE)}


def test_events_that_are_not_read_keep_their_length_and_lose_their_tokens():
    readable = pd.DataFrame({"prompt_id": ["p0", "p1", "p2"], "readable": [True, False, True]})
    run = events_to_run(EVENTS, readable)
    assert run["context"].tolist() == [[1, 2], [0, 0, 0], [2]]
    assert run[["base_token", "tuned_token"]].to_numpy().tolist() == [[1, 3], [0, 0], [1, 4]]


def test_the_cells_of_the_other_events_keep_their_bits_when_one_cannot_be_read(
    line, support, own_cells, late_tables, cells, tmp_path
):
    """One stage's tokenizer is given another string for a token that some events have and others do not."""
    usable = support[support["usable"]]
    held = usable.apply(lambda event: {*event["context"], event["base_token"], event["tuned_token"]}, axis=1)
    events_with = {int(one): held.map(lambda own, one=one: one in own).sum() for one in usable["tuned_token"]}
    token = next(one for one, number in events_with.items() if number < len(held))
    folder = tmp_path / "middle"
    shutil.copytree(line["middle"], folder)
    words = load_vocabulary(folder, []).tokenizer
    text = words.convert_ids_to_tokens(token)
    path = folder / "tokenizer.json"
    written = path.read_text(encoding="utf-8")
    for space in ("", " "):
        written = written.replace(f'"{text}":{space}{token}', f'"{text}QQ":{space}{token}')
    path.write_text(written, encoding="utf-8")
    folders = copy.copy(line) | {"middle": folder}
    readable, tables = late_tables(folders, support)
    lost = set(readable.loc[~readable["readable"], "prompt_id"])
    assert lost == set(usable.loc[held.map(lambda own: token in own), "prompt_id"])
    assert set(readable.loc[~readable["readable"], "reason"]) == {DECODES_DIFFERENTLY}
    key = ["prompt_id", "upstream", "late", "readout"]
    left = pd.concat(tables).set_index(key).sort_index()
    whole = cells[~cells["prompt_id"].isin(lost)].set_index(key).sort_index()
    for margin in ("margin_float32", "margin_checkpoint"):
        pd.testing.assert_series_equal(left[margin], whole[margin], check_exact=True)


def test_prompts_that_a_stage_encodes_otherwise_refuse_the_lineage(make_word_tokenizer):
    prompts = pd.DataFrame({"prompt_id": ["p0"], "text": ["b"]})
    other = make_word_tokenizer({"a": 0, "c": 1, "b": 2})
    said = r"pair 'first and middle': tokenizer mismatch, prompt 'p0' is \[1\] for base and \[2\] for tuned"
    with pytest.raises(PairError, match=said):
        check_tokens("first and middle", make_word_tokenizer(WORDS), other, prompts=prompts)
