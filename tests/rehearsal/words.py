"""Small tokenizers with the layout and the special tokens of the published ones, trained on the study's own prompts."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

PROMPTS = Path(__file__).parents[2] / "data" / "prompts"
PIECES = 384  # of the trained vocabulary
# How Llama 3, Qwen and OLMo 2 cut a text before bytes are joined: numbers in threes, or digit by digit.
_LETTERS, _SIGNS = r"[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+", r" ?[^\s\p{{L}}\p{{N}}]+[\r\n]*"
CUT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|" + _LETTERS + "|{number}|" + _SIGNS + r"|\s*[\r\n]+|\s+(?!\S)|\s+"
THREES, DIGITS = CUT.format(number=r"\p{N}{1,3}"), CUT.format(number=r"\p{N}")


@dataclass(frozen=True)
class Words:
    """A tokenizer as a repository publishes it.

    kind: `bytes` (byte-level pieces) or `pieces` (spaces as U+2581, other characters as bytes); tokenizer_class: that
    of tokenizer_config.json; first, last: special tokens before and after the pieces; opens: whether `bos` opens texts.
    """

    kind: str
    tokenizer_class: str
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    bos: str | None = None
    eos: str | None = None
    pad: str | None = None
    opens: bool = False
    cut: str = THREES

    def ending(self, eos: str, pad: str | None = None) -> "Words":
        """Return the same with another end token, and perhaps another padding."""
        return replace(self, eos=eos, pad=pad or self.pad)

    def renamed(self, **names: str) -> "Words":
        """Return the same with special tokens of other names at their old ids; underscores mark old names."""
        return replace(self, last=tuple(names.get(name.strip("<|>"), name) for name in self.last))

    def extended(self, *names: str) -> "Words":
        """Return the same with further special tokens at its end."""
        return replace(self, last=(*self.last, *names))


CHAT = (
    "{% for message in messages %}[{{ message['role'] }}] {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)
"""A chat template; like the published ones it opens a text itself where texts are opened."""


def tokenizer_files(words: Words, *, chats: bool) -> dict[str, bytes]:
    """Return the files of a tokenizer, by name, as the hub would serve them, with a chat template or without."""
    tokenizer = make_tokenizer(words)
    named = {"bos_token": words.bos, "eos_token": words.eos, "pad_token": words.pad}
    added = {
        str(tokenizer.token_to_id(name)): {"content": name, "special": True} | dict.fromkeys(_FLAGS, False)
        for name in (*words.first, *words.last)
    }
    config = {
        "added_tokens_decoder": added,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 131072,
        "tokenizer_class": words.tokenizer_class,
        **named,
        **({"chat_template": ("{{ bos_token }}" if words.opens else "") + CHAT} if chats else {}),
    }
    shown = {name: token for name, token in named.items() if token is not None}
    files: dict[str, Any] = {"tokenizer_config.json": config, "special_tokens_map.json": shown}
    return {
        "tokenizer.json": tokenizer.to_str(pretty=True).encode(),
        **{name: json.dumps(content, indent=2).encode() for name, content in files.items()},
    }


_FLAGS = ("lstrip", "normalized", "rstrip", "single_word")


def make_tokenizer(words: Words) -> Tokenizer:
    """Return the tokenizer: first special tokens, bytes (of the kind `pieces`), pieces, last special tokens."""
    pieces, merges = _trained(words.kind, words.cut)
    strings = [*words.first, *(_BYTES if words.kind == "pieces" else ()), *pieces]
    vocabulary = {string: index for index, string in enumerate(strings)}
    options = {"byte_fallback": True, "unk_token": "<unk>"} if words.kind == "pieces" else {}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, **options))
    _pipe(tokenizer, words.kind, words.cut)
    tokenizer.add_special_tokens(
        [AddedToken(name, special=True, normalized=False) for name in (*words.first, *words.last)]
    )
    if words.opens:
        pair = (words.bos, tokenizer.token_to_id(words.bos))
        tokenizer.post_processor = processors.TemplateProcessing(single=f"{words.bos} $A", special_tokens=[pair])
    return tokenizer


_BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))


def _pipe(tokenizer: Tokenizer, kind: str, cut: str) -> None:
    if kind == "bytes":
        by_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(cut), "isolated"), by_bytes])
        tokenizer.decoder = decoders.ByteLevel()
    else:
        tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
        tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
        steps = [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
        tokenizer.decoder = decoders.Sequence(steps)


@cache
def _trained(kind: str, cut: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Pieces in the order of their ids, and merges."""
    tokenizer = Tokenizer(models.BPE())
    _pipe(tokenizer, kind, cut)
    alphabet = pre_tokenizers.ByteLevel.alphabet() if kind == "bytes" else []
    if kind == "pieces":  # trained without merging across words, as SentencePiece does
        tokenizer.pre_tokenizer = pre_tokenizers.Split("\u2581", "merged_with_next")
    trainer = trainers.BpeTrainer(vocab_size=PIECES, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(prompt_texts(), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].get), [tuple(merge) for merge in model["merges"]]


def prompt_texts() -> Sequence[str]:
    """Texts that were written for the study, in the order of their files."""
    texts = []
    for path in sorted(PROMPTS.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            texts += [row["text"] for row in csv.DictReader(file)]
    return texts
