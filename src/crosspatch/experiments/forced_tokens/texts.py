"""Tokens before, at and after a forced token as texts."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

from crosspatch.experiments.forced_tokens.names import WHOLE, WITH, WITHOUT
from crosspatch.experiments.forced_tokens.views import COLUMNS


def texts_of(
    tokenizer: PreTrainedTokenizerBase, before: Sequence[int], token: int, tail: Sequence[int]
) -> dict[str, str]:
    """Return by column of COLUMNS the text of what both checkpoints wrote before, of the forced token and of its tail,
    of the last two, and of the tail alone; special tokens are none of it.
    """
    parts = {WHOLE: [*before, token, *tail], WITH: [token, *tail], WITHOUT: [*tail]}
    return {
        COLUMNS[view]: tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        for view, tokens in parts.items()
    }
