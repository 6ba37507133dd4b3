"""The token rows that a lens is trained, chosen and judged on, and the order in which it meets them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import torch
from transformers import PreTrainedTokenizerBase

from crosspatch.errors import CheckpointError, CorpusError, MeasurementError
from crosspatch.experiments.lenses.passes import Batch, Row
from crosspatch.jobs.batching import padded_plan
from crosspatch.models.tokens import prompt_token_ids

FIRST = 1  # the first position of a text is not read: it attends to nothing but itself
HELD_OUT = 0.2  # share of texts that no map is trained on
Step = Sequence[Batch]
"""Batches that are run one after the other for one step, or one loss."""


@dataclass(frozen=True)
class Parts:
    """Rows to train on, rows by which the step of every map is chosen, and rows that it is judged on."""

    training: Sequence[Row]
    choosing: Sequence[Row]
    judging: Sequence[Row]


def text_rows(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, *, mode: str, most_tokens: int, context: int
) -> list[Row]:
    """Return texts, cut after `most_tokens` of their tokens, as their mode writes them, but those of one token.

    CheckpointError if there is no chat template in chat mode, or a row is longer than the context of the checkpoint.
    """
    cut = [_cut(text, tokenizer, most_tokens) for text in texts]
    rows = [Row(tokens, FIRST) for tokens in prompt_token_ids(tokenizer, cut, mode=mode)]
    longest = max((len(row.tokens) for row in rows), default=0)
    if longest > context:
        raise CheckpointError(
            f"{tokenizer.name_or_path}: a text cut after {most_tokens} tokens has {longest} in mode {mode!r}, and the "
            f"context is {context}; lower lenses/most_tokens"
        )
    return [row for row in rows if row.read > 0]


def _cut(text: str, tokenizer: PreTrainedTokenizerBase, most: int) -> str:
    """Return the text of the first tokens; characters of a token that is cut in two are left out."""
    ends = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    return text if len(ends) <= most else text[: ends[most - 1][1]]


def continuation_rows(rollouts: pd.DataFrame) -> list[Row]:
    """Return a checkpoint's own continuations, read from the last position of the prompt to the last but one.

    MeasurementError if no rollout has a token.
    """
    usable = rollouts[rollouts["failure"].isna() & (rollouts["tokens"].map(len) > 0)]
    if usable.empty:
        raise MeasurementError(
            f"none of {len(rollouts)} rollouts has a token, so no lens can be judged on them; look at their `failure`"
        )
    pairs = zip(usable["prompt_tokens"], usable["tokens"], strict=True)
    rows = [Row([*map(int, prompt), *map(int, tokens[:-1])], max(FIRST, len(prompt) - 1)) for prompt, tokens in pairs]
    return [row for row in rows if row.read > 0]


def parted(rows: Sequence[Row], seed: int) -> Parts:
    """Return four fifths of the rows, in an order drawn from `seed`, to train on, and halves of the others.

    CorpusError if a part would be empty.
    """
    order: list[int] = torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed)).tolist()
    held_out = round(HELD_OUT * len(rows))
    middle = held_out // 2
    ends = (order[held_out:], order[:middle], order[middle:held_out])
    if not all(ends):
        raise CorpusError(f"a lens cannot be trained on {len(rows)} texts; give it 10 at least (lenses/texts)")
    return Parts(*([rows[place] for place in part] for part in ends))


def training_steps(rows: Sequence[Row], *, tokens: int, together: int, seed: int) -> Iterator[Step]:
    """Yield for ever steps of `tokens` tokens or some more, in batches of at most `together`; all rows, then again."""
    generator = torch.Generator().manual_seed(seed)
    drawn: list[Row] = []
    while True:
        for place in torch.randperm(len(rows), generator=generator).tolist():
            drawn.append(rows[place])
            if _read(drawn) >= tokens:
                yield in_batches(drawn, together)
                drawn = []


def first_rows(rows: Sequence[Row], *, tokens: int, together: int) -> Step:
    """Return the first rows, `tokens` tokens or some more, or all, in batches of at most `together` tokens."""
    taken: list[Row] = []
    for row in rows:
        if _read(taken) >= tokens:
            break
        taken.append(row)
    return in_batches(taken, together)


def in_batches(rows: Sequence[Row], together: int) -> Step:
    """Return rows of similar length together, at most so many tokens with their padding."""
    plan = padded_plan([len(row.tokens) for row in rows], tokens=together)
    return [[rows[place] for place in batch] for batch in plan]


def tokens_of(step: Step) -> int:
    """Return how many positions are read."""
    return sum(_read(batch) for batch in step)


def _read(rows: Sequence[Row]) -> int:
    return sum(row.read for row in rows)
