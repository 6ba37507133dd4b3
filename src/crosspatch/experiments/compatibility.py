"""What can be known of a pair without running it: shapes, tokens, and what a tuned miniature learned."""

from collections.abc import Mapping

import pandas as pd
from transformers import PretrainedConfig, PreTrainedTokenizerBase

from crosspatch.errors import PairError


def check_shapes(pair: str, base: PretrainedConfig, tuned: PretrainedConfig, *, boundary: int) -> dict[str, int]:
    """Return blocks, width and boundary of the pair; PairError if the two differ or the boundary is outside."""
    for word, attribute in (("model type", "model_type"), ("blocks", "num_hidden_layers"), ("width", "hidden_size")):
        left, right = getattr(base, attribute), getattr(tuned, attribute)
        if left != right:
            raise PairError(f"pair {pair!r}: base has {word} {left!r}, tuned {right!r}; tuned must descend from base")
    blocks: int = base.num_hidden_layers
    if not 0 < boundary < blocks:
        raise PairError(
            f"pair {pair!r}: boundary {boundary} is outside the stack of {blocks} blocks; choose 1..{blocks - 1}"
        )
    return {"blocks": blocks, "d_model": base.hidden_size, "boundary": boundary}


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


def check_learned(pair: str, marks: Mapping[str, float], least: Mapping[str, float]) -> None:
    """PairError if the tuned checkpoint answers a category of held-out prompts less often than the study asks."""
    for category, share in least.items():
        if category not in marks:
            raise PairError(
                f"pair {pair!r}: learned names {category!r}, which the exam lacks ({sorted(marks)}); correct the study"
            )
        if marks[category] < share:
            raise PairError(
                f"pair {pair!r} is refused: its tuned checkpoint answers {marks[category]:.0%} of held-out {category} "
                f"prompts as taught, the study asks for {share:.0%}; train longer (recipes)"
            )
