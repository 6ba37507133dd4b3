"""Which tokens a lens is trained, chosen and judged on."""

from itertools import islice

import pandas as pd
import pytest

from crosspatch.errors import CheckpointError, CorpusError, MeasurementError
from crosspatch.experiments.lenses.fetch_texts import take_texts
from crosspatch.experiments.lenses.passes import Row
from crosspatch.experiments.lenses.texts import (
    Reader,
    continuation_rows,
    endless_rows,
    first_rows,
    in_batches,
    parted,
    tokens_of,
    training_steps,
)

TEXT = "Mira lives in Tolo and works as a baker."
SAID = {"repo": "some/texts", "field": "text", "least_characters": 5, "texts": 2}


def rows_of(count, length=5):
    return [Row([10 + place] * length, 1) for place in range(count)]


def test_a_base_reads_the_text_and_a_tuned_checkpoint_a_turn_of_it(tokenizer):
    raw, chat = (next(Reader(tokenizer, mode, 64, 64).rows([TEXT])).tokens for mode in ("raw", "chat"))
    assert tokenizer.decode(chat) == f"<|end|><|user|>{TEXT}<|assistant|>"
    assert chat[2:-1] == raw[1:]


def test_a_long_text_is_cut_before_the_template_is_put_around_it(tokenizer):
    whole = next(Reader(tokenizer, "raw", 64, 64).rows([TEXT])).tokens
    (row,) = Reader(tokenizer, "chat", 4, 64).rows([TEXT])
    assert list(row.tokens[2:-1]) == list(whole[1:5])
    assert tokenizer.decode(row.tokens).endswith("<|assistant|>")


def test_the_first_position_is_not_read_and_a_text_without_another_is_left_out(tokenizer):
    rows = list(Reader(tokenizer, "raw", 64, 64).rows([TEXT, ""]))
    assert [(row.first, row.read) for row in rows] == [(1, len(rows[0].tokens) - 1)]


def test_a_checkpoint_without_a_template_is_refused(make_word_tokenizer):
    plain = make_word_tokenizer({"a": 0, "b": 1})
    with pytest.raises(CheckpointError, match=r"the tokenizer has no chat template; use mode 'raw'"):
        next(Reader(plain, "chat", 9, 9).rows(["a b"]))


def test_a_text_longer_than_the_context_is_refused(tokenizer):
    refusal = r"a text cut after 8 tokens has 11 in mode 'chat', and the context is 10; lower lenses/most_tokens"
    with pytest.raises(CheckpointError, match=refusal):
        list(Reader(tokenizer, "chat", 8, 10).rows([TEXT]))


def test_continuations_are_read_from_the_last_position_of_the_prompt():
    rollouts = pd.DataFrame(
        {
            "prompt_tokens": [[5, 6, 7], [5, 6], [8], [9, 9]],
            "tokens": [[1, 2, 3], [4], [2, 2], []],
            "failure": [None, None, None, "too long"],
        }
    )
    assert continuation_rows(rollouts) == [Row([5, 6, 7, 1, 2], 2), Row([5, 6], 1), Row([8, 2], 1)]
    with pytest.raises(MeasurementError, match="none of 1 rollouts has a token, so no lens can be judged on them"):
        continuation_rows(rollouts.tail(1))


def test_four_fifths_are_trained_on_and_no_text_is_in_two_parts():
    texts = [f"text {number}" for number in range(50)]
    parts = parted(texts, 3)
    assert [len(part) for part in (parts.training, parts.choosing, parts.judging)] == [40, 5, 5]
    assert sorted(text for part in vars(parts).values() for text in part) == sorted(texts)
    assert parted(texts, 3) == parts != parted(texts, 4)
    with pytest.raises(CorpusError, match=r"a lens cannot be trained on 4 texts; give it 10 at least \(lenses/texts\)"):
        parted(texts[:4], 0)


def test_all_texts_come_before_one_comes_again_in_an_order_of_the_seed(tokenizer):
    texts, reader = [f"{number} plus {number}" for number in range(9)], Reader(tokenizer, "raw", 64, 64)
    drawn = [tuple(row.tokens) for row in islice(endless_rows(texts, reader, 1), 18)]
    assert len(set(drawn[:9])) == 9
    assert sorted(drawn[9:]) == sorted(drawn[:9])
    assert drawn[9:] != drawn[:9]
    assert drawn == [tuple(row.tokens) for row in islice(endless_rows(texts, reader, 1), 18)]
    assert drawn != [tuple(row.tokens) for row in islice(endless_rows(texts, reader, 2), 18)]


def test_texts_without_anything_to_read_are_refused(tokenizer):
    with pytest.raises(CorpusError, match="none of 2 texts has two tokens, so no lens can be trained on them"):
        next(endless_rows(["", ""], Reader(tokenizer, "raw", 64, 64), 0))


def test_a_step_has_its_tokens_in_batches():
    some = list(training_steps(rows_of(9), tokens=12, together=10))
    assert [tokens_of(step) for step in some] == [12, 12, 12]
    assert all(len(batch) <= 2 for step in some for batch in step)


def test_the_first_rows_are_as_many_as_are_needed():
    assert tokens_of(first_rows(rows_of(9), tokens=9, together=99)) == 12
    assert tokens_of(first_rows(rows_of(2), tokens=99, together=99)) == 8
    assert in_batches(rows_of(3), 10) == [rows_of(3)[:2], rows_of(3)[2:]]


def test_texts_are_the_first_that_are_long_enough():
    found = take_texts("some", ({"text": text} for text in ("long one", "no", "long two", "long three")), SAID)
    assert found["text"].tolist() == ["long one", "long two"]


def test_texts_that_cannot_be_taken_are_refused():
    with pytest.raises(
        CorpusError, match=r"texts 'some': some/texts has only 1 texts of 5 characters, and 2 are asked"
    ):
        take_texts("some", [{"text": "long one"}, {"text": "no"}], SAID)
    with pytest.raises(CorpusError, match=r"rows of some/texts have no field 'text', only \['body'\]; correct "):
        take_texts("some", [{"body": "long one"}], SAID)
