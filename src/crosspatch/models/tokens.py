"""Tokenizers, how prompts become tokens, and which of a checkpoint's tokens can be chosen."""

import re
from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Bool
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from crosspatch.errors import CheckpointError
from crosspatch.records.modes import MODES, RAW

# Slots of a vocabulary that no text maps to: Gemma's and Llama 3's spares (arXiv 2605.07284, real-token mask).
_SPARE = re.compile(r"<unused\d+>|<\|reserved_special_token_\d+\|>")


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Load the tokenizer of the checkpoint in `folder`; CheckpointError if there is none."""
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder}: no readable tokenizer ({error}); fetch the checkpoint again") from error


def prompt_token_ids(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], *, mode: str) -> list[list[int]]:
    """Return the token ids of each prompt; in chat mode it is the user's turn, and the assistant's comes next.

    A template writes its opening token itself, so none is put before it. CheckpointError if there is no template.
    """
    if mode not in MODES:
        raise ValueError(f"mode {mode!r} is none of {list(MODES)}")
    if mode == RAW:
        raw: list[list[int]] = tokenizer(list(texts))["input_ids"]
        return raw
    if tokenizer.chat_template is None:
        raise CheckpointError(f"{tokenizer.name_or_path}: the tokenizer has no chat template; use mode {RAW!r}")
    turns = [[{"role": "user", "content": text}] for text in texts]
    chat: list[list[int]] = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=True)[
        "input_ids"
    ]
    return chat


def real_token_mask(tokenizer: PreTrainedTokenizerBase, size: int) -> Bool[Tensor, " vocabulary"]:
    """Return which of `size` logits belong to a token that can be chosen.

    False for indices past the tokenizer's length (padded vocabularies), for ids without a string, and for spare
    slots; other special tokens stay.
    """
    known = min(len(tokenizer), size)
    strings = tokenizer.convert_ids_to_tokens(list(range(known)))
    real = torch.zeros(size, dtype=torch.bool)
    real[:known] = torch.tensor([string is not None and not _SPARE.fullmatch(string) for string in strings])
    return real


def stop_token_ids(tokenizer: PreTrainedTokenizerBase, extra: Sequence[str]) -> frozenset[int]:
    """Return the ids that end a rollout: the tokenizer's end token and the family's own (`<|eot_id|>`, ...)."""
    unknown = [text for text in extra if text not in tokenizer.get_vocab()]
    if unknown:
        raise CheckpointError(
            f"stop tokens {unknown} are not in the vocabulary of {tokenizer.name_or_path}; correct stop_tokens"
        )
    if tokenizer.eos_token_id is None and not extra:
        raise CheckpointError(f"{tokenizer.name_or_path}: the tokenizer has no end token; name one in stop_tokens")
    ends = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    return frozenset([*ends, *tokenizer.convert_tokens_to_ids(list(extra))])


def token_text(tokenizer: PreTrainedTokenizerBase, token: int) -> str:
    """Return the text of one token, special tokens and spaces kept as they are."""
    return tokenizer.decode([token], skip_special_tokens=False, clean_up_tokenization_spaces=False)
