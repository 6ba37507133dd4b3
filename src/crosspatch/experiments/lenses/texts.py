"""The tokens that a lens is trained, chosen and judged on, and the order in which it meets them."""

from collections.abc import Iterable, Iterator, Sequence
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
    """Texts to train on, texts by which the step of every map is chosen, and texts that it is judged on."""

    training: Sequence[str]
    choosing: Sequence[str]
    judging: Sequence[str]


@dataclass(frozen=True)
class Reader:
    """How a checkpoint reads texts: in raw mode or in chat mode, each cut after `most_tokens` of its tokens."""

    tokenizer: PreTrainedTokenizerBase
    mode: str
    most_tokens: int
    context: int

    def rows(self, texts: Iterable[str]) -> Iterator[Row]:
        """Yield the texts as rows, but those of one token.

        CheckpointError if there is no chat template in chat mode, or a row is longer than the checkpoint's context.
        """
        for text in texts:
            (tokens,) = prompt_token_ids(self.tokenizer, [self._cut(text)], mode=self.mode)
            if len(tokens) > self.context:
                raise CheckpointError(
                    f"{self.tokenizer.name_or_path}: a text cut after {self.most_tokens} tokens has {len(tokens)} in "
                    f"mode {self.mode!r}, and the context is {self.context}; lower lenses/most_tokens"
                )
            if len(tokens) > FIRST:
                yield Row(tokens, FIRST)

    def _cut(self, text: str) -> str:
        ends = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return text if len(ends) <= self.most_tokens else text[: ends[self.most_tokens - 1][1]]


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


def parted(texts: Sequence[str], seed: int) -> Parts:
    """Return four fifths of the texts, in an order drawn from `seed`, to train on, and halves of the others.

    CorpusError if a part would be empty.
    """
    order: list[int] = torch.randperm(len(texts), generator=torch.Generator().manual_seed(seed)).tolist()
    held_out = round(HELD_OUT * len(texts))
    middle = held_out // 2
    ends = (order[held_out:], order[:middle], order[middle:held_out])
    if not all(ends):
        raise CorpusError(f"a lens cannot be trained on {len(texts)} texts; give it 10 at least (lenses/texts)")
    return Parts(*([texts[place] for place in part] for part in ends))


def endless_rows(texts: Sequence[str], reader: Reader, seed: int) -> Iterator[Row]:
    """Yield for ever the rows of all texts in an order drawn from `seed`, and then again in another.

    CorpusError if there is nothing to read in any text.
    """
    generator = torch.Generator().manual_seed(seed)
    while True:
        found = 0
        for row in reader.rows(texts[place] for place in torch.randperm(len(texts), generator=generator).tolist()):
            found += 1
            yield row
        if not found:
            raise CorpusError(f"none of {len(texts)} texts has two tokens, so no lens can be trained on them")


def training_steps(rows: Iterable[Row], *, tokens: int, together: int) -> Iterator[Step]:
    """Yield steps of `tokens` tokens or some more, in batches of at most `together`, as long as there are rows."""
    drawn: list[Row] = []
    for row in rows:
        drawn.append(row)
        if _read(drawn) >= tokens:
            yield in_batches(drawn, together)
            drawn = []


def first_rows(rows: Iterable[Row], *, tokens: int, together: int) -> Step:
    """Return the first rows, `tokens` tokens or some more, or all, in batches of at most `together` tokens."""
    taken: list[Row] = []
    for row in rows:
        taken.append(row)
        if _read(taken) >= tokens:
            break
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
