"""What decides whether a token means the same to two checkpoints."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedTokenizerBase

from crosspatch.models.configs import text_config
from crosspatch.models.tokens import load_tokenizer, stop_token_ids, token_text

OUTSIDE_VOCABULARY = "a token lies outside the other checkpoint's vocabulary"
DECODES_DIFFERENTLY = "a token decodes to different texts under the two tokenizers"


@dataclass(frozen=True)
class Vocabulary:
    """A checkpoint's tokenizer, its number of logits and its stop tokens."""

    tokenizer: PreTrainedTokenizerBase
    size: int
    stops: frozenset[int]


def load_vocabulary(folder: Path, stop_tokens: Sequence[str]) -> Vocabulary:
    """Return the vocabulary of the checkpoint in `folder`, of which no weights are read.

    Raises CheckpointError if there is no tokenizer or config, or a stop token is unknown.
    """
    words = load_tokenizer(folder)
    return Vocabulary(words, text_config(folder).vocab_size, stop_token_ids(words, stop_tokens))


def why_invalid(
    context: Sequence[int], base_token: int, tuned_token: int, sides: tuple[Vocabulary, Vocabulary]
) -> str | None:
    """Return why cells at this context and for these two tokens would not mean the same on both sides, or None."""
    return why_not_shared({*context, base_token, tuned_token}, sides)


def why_not_shared(tokens: Collection[int], sides: tuple[Vocabulary, Vocabulary]) -> str | None:
    """Return why some tokens do not mean the same to both sides, or None."""
    if max(tokens) >= min(side.size for side in sides):
        return OUTSIDE_VOCABULARY
    differs = (token_text(sides[0].tokenizer, token) != token_text(sides[1].tokenizer, token) for token in tokens)
    return DECODES_DIFFERENTLY if any(differs) else None
