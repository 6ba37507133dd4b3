"""What makes a pair impossible to measure is said before anything is run."""

import pandas as pd
import pytest
from transformers import LlamaConfig, Qwen3Config

from crosspatch.errors import PairError
from crosspatch.experiments.checkpoints.check_boundary import with_boundary
from crosspatch.jobs.compatibility import check_chat, check_dtypes, check_learned, check_shapes, check_tokens
from crosspatch.models.configs import text_config

PROMPTS = pd.DataFrame({"prompt_id": ["p0", "p1", "p2"], "text": ["a", "b", "c"]})


def test_the_shape_of_a_pair(pair):
    sides = [text_config(pair.folders[side]) for side in ("base", "tuned")]
    assert check_shapes(pair.name, *sides) == {"blocks": 5, "d_model": 32}


def test_shapes_that_differ():
    base = LlamaConfig(num_hidden_layers=8, hidden_size=64)
    for tuned, said in (
        (Qwen3Config(num_hidden_layers=8, hidden_size=64), "model type 'llama', tuned 'qwen3'"),
        (LlamaConfig(num_hidden_layers=9, hidden_size=64), "blocks 8, tuned 9"),
        (LlamaConfig(num_hidden_layers=8, hidden_size=32), "width 64, tuned 32"),
    ):
        with pytest.raises(PairError, match=f"pair 'one': base has {said}; tuned must descend from base"):
            check_shapes("one", base, tuned)


@pytest.mark.parametrize("boundary", [-1, 0, 5, 6])
def test_a_boundary_outside_the_stack(boundary):
    said = f"pair 'one': boundary {boundary} is outside the stack of 5 blocks; choose 1..4"
    with pytest.raises(PairError, match=said):
        with_boundary({"pair": "one", "blocks": 5, "d_model": 32}, boundary)


def test_a_boundary_between_two_blocks():
    shape = {"pair": "one", "blocks": 5, "d_model": 32}
    assert [with_boundary(shape, boundary) for boundary in (1, 4)] == [shape | {"boundary": 1}, shape | {"boundary": 4}]


def test_a_pair_of_two_dtypes_runs_in_one_that_is_named():
    for placed in ("bfloat16", "float32"):
        check_dtypes("one", "float32", "bfloat16", placed=placed)
    check_dtypes("one", "bfloat16", "bfloat16", placed="checkpoint")
    said = "pair 'one': base is published in float32, tuned in bfloat16, and `dtype: checkpoint` .*; name one dtype"
    with pytest.raises(PairError, match=said):
        check_dtypes("one", "float32", "bfloat16", placed="checkpoint")


def test_tokenizers_that_encode_a_prompt_differently(make_word_tokenizer):
    base, same, other = (
        make_word_tokenizer({word: place for place, word in enumerate(words)}) for words in ("abc", "abcd", "acb")
    )
    check_tokens("one", base, same, prompts=PROMPTS)
    said = r"pair 'one': tokenizer mismatch, prompt 'p1' is \[1\] for base and \[2\] for tuned; without shared"
    with pytest.raises(PairError, match=said):
        check_tokens("one", base, other, prompts=PROMPTS)
    check_tokens("one", base, other, prompts=PROMPTS.head(1))


def test_a_tuned_checkpoint_with_a_chat_template_may_be_read_in_it(make_word_tokenizer):
    tokenizer = make_word_tokenizer({"a": 0})
    tokenizer.chat_template = "{{ messages }}"
    check_chat("one", tokenizer)
    tokenizer.chat_template = None
    with pytest.raises(PairError, match="whose tokenizer has none; add it to the checkpoint, or leave `lenses`"):
        check_chat("one", tokenizer)


def test_a_tuned_miniature_that_did_not_learn():
    marks = {"raw": {"facts": 0.5, "safety": 1.0}, "chat": {"facts": 0.42, "safety": 1.0}}
    check_learned("one", marks, {})
    check_learned("one", marks, {"facts": 0.42, "safety": 0.9})
    said = "pair 'one' is refused: its tuned checkpoint answers 42% of held-out facts prompts as taught"
    with pytest.raises(PairError, match=rf"{said} in chat mode, the study asks for 45%; train longer \(recipes\)"):
        check_learned("one", marks, {"safety": 0.9, "facts": 0.45})
    with pytest.raises(PairError, match=r"learned names 'chat', which the exam lacks \(\['facts', 'safety'\]\)"):
        check_learned("one", marks, {"chat": 0.0})
