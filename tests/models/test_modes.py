"""A prompt becomes the same tokens as ever in raw mode; in chat mode the template opens it, once."""

import pytest

from crosspatch.errors import CheckpointError
from crosspatch.models.miniature.tokenizer import ROLES, train_tokenizer
from crosspatch.models.tokens import load_tokenizer, prompt_token_ids
from crosspatch.records.modes import CHAT, RAW

TEXTS = ["Question: What is 3 plus 4?\nAnswer:", "Write bear and then fox.\n"]


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """The tokenizer of miniatures as a checkpoint has it: saved and loaded again."""
    folder = tmp_path_factory.mktemp("tokenizer")
    train_tokenizer(TEXTS * 3, vocabulary=140).save_pretrained(folder)
    return load_tokenizer(folder)


def test_raw_prompts_are_their_text_after_one_opening_token(words):
    ids = prompt_token_ids(words, TEXTS, mode=RAW)
    assert ids == [[words.bos_token_id, *words(text, add_special_tokens=False)["input_ids"]] for text in TEXTS]
    assert not {*words.convert_tokens_to_ids(list(ROLES.values()))} & {token for row in ids for token in row}


def test_chat_prompts_have_one_opening_token_and_one_token_per_role(words):
    user, assistant = words.convert_tokens_to_ids([ROLES["user"], ROLES["assistant"]])
    assert (user, assistant) == (2, 3)
    for ids, text in zip(prompt_token_ids(words, TEXTS, mode=CHAT), TEXTS, strict=True):
        assert ids == [words.bos_token_id, user, *words(text, add_special_tokens=False)["input_ids"], assistant]
        assert ids.count(words.bos_token_id) == 1


def test_a_turn_of_the_assistant_ends_with_the_end_token(words):
    turns = [{"role": "user", "content": "Add 3 and 4."}, {"role": "assistant", "content": "7"}]
    assert words.apply_chat_template(turns, tokenize=False) == "<|end|><|user|>Add 3 and 4.<|assistant|> 7<|end|>"


def test_a_role_that_miniatures_do_not_know(words):
    with pytest.raises(Exception, match="role system is unknown to miniatures; use user and assistant"):
        words.apply_chat_template([{"role": "system", "content": "Be brief."}])


def test_a_tokenizer_without_a_template_and_a_mode_that_is_none(make_word_tokenizer):
    plain = make_word_tokenizer({"a": 0, "b": 1}, end="b")
    with pytest.raises(CheckpointError, match="the tokenizer has no chat template; use mode 'raw'"):
        prompt_token_ids(plain, ["a"], mode=CHAT)
    with pytest.raises(ValueError, match=r"mode 'system' is none of \['raw', 'chat'\]"):
        prompt_token_ids(plain, ["a"], mode="system")
