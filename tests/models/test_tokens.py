"""Which tokens can be chosen, which end a rollout, and what a token's text is."""

import pytest

from crosspatch.errors import CheckpointError
from crosspatch.models.architectures import ARCHITECTURES, architecture_of
from crosspatch.models.tokens import load_tokenizer, real_token_mask, stop_token_ids, token_text

WORDS = "a <unused3> <|reserved_special_token_12|> <|eot|> <end> <unused> x<unused3> <|unused_1|>".split()


@pytest.fixture
def words(make_word_tokenizer):
    return make_word_tokenizer({word: place for place, word in enumerate(WORDS)}, end="<end>")


def test_spare_slots_and_padding_are_not_real_but_special_tokens_are(words):
    mask = real_token_mask(words, 10)
    assert mask.tolist() == [True, False, False, True, True, True, True, True, False, False]


def test_a_vocabulary_shorter_than_the_tokenizer(words):
    assert real_token_mask(words, 3).tolist() == [True, False, False]


def test_ids_without_a_string_are_not_real(make_word_tokenizer):
    gappy = make_word_tokenizer({"a": 0, "b": 1, "c": 3, "d": 4})
    assert real_token_mask(gappy, 6).tolist() == [True, True, False, True, False, False]  # id 4 >= len(tokenizer)


def test_stop_tokens_are_the_end_token_and_the_extra_ones(words, make_word_tokenizer):
    assert stop_token_ids(words, []) == {4}
    assert stop_token_ids(words, ["<|eot|>", "<end>"]) == {3, 4}
    assert stop_token_ids(make_word_tokenizer({"a": 0, "b": 1}), ["b"]) == {1}


def test_stop_tokens_that_do_not_exist(words, make_word_tokenizer):
    with pytest.raises(CheckpointError, match=r"stop tokens \['<\|im_end\|>'\] are not in the vocabulary of .*correct"):
        stop_token_ids(words, ["<|eot|>", "<|im_end|>"])
    with pytest.raises(CheckpointError, match="the tokenizer has no end token; name one in stop_tokens"):
        stop_token_ids(make_word_tokenizer({"a": 0}), [])


def test_the_text_of_a_token_keeps_spaces_and_special_tokens(tokenizer):
    tokens = tokenizer("lives in", add_special_tokens=False)["input_ids"]
    assert "".join(token_text(tokenizer, token) for token in tokens) == "lives in"
    assert token_text(tokenizer, tokenizer.convert_tokens_to_ids("\u0120")) == " "
    assert token_text(tokenizer, 0) == "<|end|>"


def test_a_folder_without_a_tokenizer(tmp_path):
    with pytest.raises(CheckpointError, match=r"(?s)no readable tokenizer .*; fetch the checkpoint again"):
        load_tokenizer(tmp_path)


def test_a_saved_tokenizer_is_the_same(tokenizer, llama):
    loaded = load_tokenizer(llama.folders["base"])
    text = "Question: What is 2 plus 3?\nAnswer: 5"
    assert loaded(text)["input_ids"] == tokenizer(text)["input_ids"]
    assert loaded(text)["input_ids"][0] == loaded.eos_token_id == 0
    assert len(loaded) == len(tokenizer)


def test_every_architecture_has_a_row_and_others_are_refused():
    assert all(architecture_of(model_type) is row for model_type, row in ARCHITECTURES.items())
    with pytest.raises(CheckpointError, match=r"model type 'gpt2' has no row .*'deepseek_v2'.*docs/adding.md"):
        architecture_of("gpt2")
