"""The parts of a corpus, counted by hand."""

import hashlib
from itertools import count

import pytest

from crosspatch.errors import CorpusError
from crosspatch.experiments.corpora.parts import counts_table, documents_table, prompts_table, take_parts

CORPUS = {
    "repo": "org/words",
    "text": "text",
    "template": "{text}",
    "licence": {"field": "license", "is": ["mit"]},
    "least_characters": 2,
    "held_out": 2,
    "support": {"prompts": 2, "tokens": 1, "further": 1, "tokenizer": "base", "category": "content_word"},
    "training": 4,
}
# What becomes of each by hand; a prompt needs two words.
TEXTS = {
    "one": "held_out",
    "two two": "held_out",
    "x": "short",
    "three": "training",  # too short for a prompt: 5 bytes, 1 token
    "four more": "support",
    "two two ": "support",  # other bytes than "two two"
    "five five five": "training",  # 14 bytes more: 19, 4 tokens
    "never read": None,
}


def opening(text):
    words = text.split()
    return words[0] if len(words) > 1 else None


def rows():
    texts = [{"text": text, "license": "mit"} for text in TEXTS]
    return iter([*texts[:3], {"text": "not mine", "license": "gpl"}, {"text": "one", "license": "mit"}, *texts[3:]])


@pytest.fixture
def taken():
    return take_parts("words", rows(), CORPUS, opening)


def test_documents_go_to_the_parts_in_order(taken):
    table = documents_table(taken)
    kept = {text: part for text, part in TEXTS.items() if part in ("held_out", "support", "training")}
    assert dict(zip(table["text"], table["part"], strict=True)) == kept
    assert table["document"].tolist() == [0, 1, 2, 3, 4, 5]
    assert table["row"].tolist() == [0, 1, 5, 6, 7, 8]
    assert table["sha256"][0] == hashlib.sha256(b"one").hexdigest()


def test_no_row_is_read_after_the_last_that_is_needed():
    source = rows()
    take_parts("words", source, CORPUS, opening)
    assert next(source)["text"] == "never read"


def test_what_was_taken_and_refused_is_counted(taken):
    counts = counts_table(taken).set_index("outcome")
    assert counts["rows"].to_dict() == {
        "held_out": 2,
        "support": 2,
        "training": 2,
        "licence": 1,
        "flagged": 0,
        "short": 1,
        "incomplete": 0,
        "duplicate": 1,
    }
    assert counts["bytes"].tolist() == [10, 17, 19, 0, 0, 0, 0, 0]
    lines = "".join(f"{hashlib.sha256(text).hexdigest()}\n" for text in (b"one", b"two two"))
    assert counts["sha256"]["held_out"] == hashlib.sha256(lines.encode()).hexdigest()
    assert counts["sha256"][3:].isna().all()


def test_support_prompts_are_the_beginnings_of_their_documents(taken):
    prompts = prompts_table(taken)
    assert prompts["text"].tolist() == ["four", "two"]
    assert prompts["prompt_id"].tolist() == prompts["template"].tolist() == ["content_word_0000", "content_word_0001"]
    assert set(prompts["source"]) == {"org/words"}


def test_a_data_set_that_ends_before_is_refused_with_what_it_gave():
    said = (
        r"corpus 'words': 10 rows of org/words gave too few documents \(held_out 2 of 2, support 3 of 3, training 3 of "
        r"99 approximate tokens\); refused were: short 1, licence 1, duplicate 1; ask for fewer, or correct the filters"
        " of corpora/words"
    )
    more = {**CORPUS, "training": 99, "support": {**CORPUS["support"], "prompts": 3}}
    with pytest.raises(CorpusError, match=said):
        take_parts("words", rows(), more, opening)


def test_an_empty_data_set_is_refused():
    with pytest.raises(CorpusError, match=r"0 rows of org/words gave too few .* refused were: none; ask for fewer"):
        take_parts("words", iter([]), CORPUS, opening)


def test_filters_that_take_nothing_do_not_read_the_whole_data_set():
    endless = ({"text": "some text", "license": "none"} for _ in count())
    with pytest.raises(CorpusError, match=r"1000 rows of org/words gave too few .* refused were: licence 1000; ask"):
        take_parts("words", endless, CORPUS, opening)
