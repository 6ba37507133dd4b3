"""What can be known of a pair without running it: shapes, dtypes, tokens, and what a tuned miniature learned."""

import itertools
from collections.abc import Mapping

import pandas as pd
from transformers import PretrainedConfig, PreTrainedTokenizerBase

from crosspatch.errors import PairError


def check_shapes(pair: str, base: PretrainedConfig, tuned: PretrainedConfig) -> dict[str, int]:
    """Return blocks and width of the pair; PairError if the two differ."""
    for word, attribute in (("model type", "model_type"), ("blocks", "num_hidden_layers"), ("width", "hidden_size")):
        left, right = getattr(base, attribute), getattr(tuned, attribute)
        if left != right:
            raise PairError(f"pair {pair!r}: base has {word} {left!r}, tuned {right!r}; tuned must descend from base")
    return {"blocks": base.num_hidden_layers, "d_model": base.hidden_size}


def check_dtypes(pair: str, base: str, tuned: str, *, placed: str) -> None:
    """PairError if the two would be run in different dtypes.

    base, tuned: published ones; placed: the dtype of the study's placement, `checkpoint` for the published ones.
    """
    if placed == "checkpoint" and base != tuned:
        raise PairError(
            f"pair {pair!r}: base is published in {base}, tuned in {tuned}, and `dtype: checkpoint` would run each in "
            "its own, so that one's states do not fit the other's blocks; name one dtype (bfloat16, for instance) in "
            "engine/placement of the study"
        )


def check_tokens(
    pair: str, base: PreTrainedTokenizerBase, tuned: PreTrainedTokenizerBase, *, prompts: pd.DataFrame
) -> None:
    """PairError, naming the first prompt, if the two tokenizers encode a prompt differently."""
    texts = prompts["text"].tolist()
    both = zip(prompts["prompt_id"], base(texts)["input_ids"], tuned(texts)["input_ids"], strict=True)
    for prompt_id, left, right in both:
        if left != right:
            raise PairError(
                f"pair {pair!r}: tokenizer mismatch, prompt {prompt_id!r} is {left} for base and {right} for tuned; "
                "without shared token ids there is no shared history, so the pair cannot be measured"
            )


def check_chat(pair: str, tuned: PreTrainedTokenizerBase) -> None:
    """PairError if the tuned checkpoint has no chat template to read prompts in."""
    if tuned.chat_template is None:
        raise PairError(
            f"pair {pair!r}: the study reads prompts in the chat template of the tuned checkpoint, whose tokenizer has "
            "none; add it to the checkpoint, or leave `lenses` and free running out of the study"
        )


def check_learned(pair: str, marks: Mapping[str, Mapping[str, float]], least: Mapping[str, float]) -> None:
    """PairError if the tuned checkpoint answers a category of held-out prompts less often than the study asks.

    marks: shares of right answers by mode and category; what is asked of a category is asked in every mode.
    """
    for (category, share), (mode, shares) in itertools.product(least.items(), marks.items()):
        if category not in shares:
            raise PairError(
                f"pair {pair!r}: learned names {category!r}, which the exam lacks ({sorted(shares)}); correct the study"
            )
        if shares[category] < share:
            raise PairError(
                f"pair {pair!r} is refused: its tuned checkpoint answers {shares[category]:.0%} of held-out {category} "
                f"prompts as taught in {mode} mode, the study asks for {share:.0%}; train longer (recipes)"
            )
