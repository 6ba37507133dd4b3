"""How a prompt becomes tokens: as raw text, or in the chat template of a checkpoint's tokenizer."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

from crosspatch.errors import CheckpointError

RAW, CHAT = "raw", "chat"
MODES = (RAW, CHAT)


def prompt_token_ids(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], *, mode: str) -> list[list[int]]:
    """Return the token ids of each prompt; in chat mode it is the user's turn, and the assistant's comes next.

    The template writes its own opening token, so nothing is put before it. CheckpointError if there is no template.
    """
    if mode == RAW:
        raw: list[list[int]] = tokenizer(list(texts))["input_ids"]
        return raw
    if mode != CHAT:
        raise ValueError(f"mode {mode!r} is none of {list(MODES)}")
    if tokenizer.chat_template is None:
        raise CheckpointError(f"{tokenizer.name_or_path}: the tokenizer has no chat template; use mode {RAW!r}")
    turns = [[{"role": "user", "content": text}] for text in texts]
    rendered = tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=True, return_dict=True)
    chat: list[list[int]] = rendered["input_ids"]
    return chat
