"""What decides whether a token means the same to two checkpoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedTokenizerBase

from crosspatch.models.configs import text_config
from crosspatch.models.tokens import load_tokenizer, stop_token_ids


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
