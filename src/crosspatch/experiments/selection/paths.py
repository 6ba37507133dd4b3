"""Paths: how each side continues a prompt, with what both checkpoints would choose along it; read from tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.models.vocabulary import Vocabulary
from crosspatch.records.sides import SIDES


@dataclass(frozen=True)
class ReadPath:
    """How one side continues a prompt, and what both checkpoints would choose along it.

    choices: by side, the token after the prompt and the first j tokens of the path, for j = 0..len(tokens).
    """

    prompt_tokens: Sequence[int]
    tokens: Sequence[int]
    choices: Mapping[str, Sequence[int]]

    def context(self, prefix: int) -> list[int]:
        """Return prompt and first `prefix` tokens."""
        return [*self.prompt_tokens, *self.tokens[:prefix]]

    def chosen(self, prefix: int) -> tuple[int, int]:
        """Return what base and tuned choose after the first `prefix` tokens."""
        base, tuned = (self.choices[side][prefix] for side in SIDES)
        return base, tuned


def readable(rollouts: Mapping[str, pd.DataFrame], sides: tuple[Vocabulary, Vocabulary]) -> dict[str, pd.DataFrame]:
    """Return rollouts by side, each cut before its first token that is outside the vocabulary of either checkpoint.

    Such a token (of an extended or padded vocabulary) has no embedding in the other checkpoint, which reads no further.
    """
    size = min(side.size for side in sides)
    return {
        side: table.assign(tokens=[list(takewhile(size.__gt__, map(int, row))) for row in table["tokens"]])
        for side, table in rollouts.items()
    }


def paths_of(
    rollouts: Mapping[str, pd.DataFrame], readings: pd.DataFrame, *, longest: int
) -> dict[str, dict[str, ReadPath]]:
    """Return the paths of each prompt by side, cut after `longest` tokens; prompts that a side failed are left out.

    rollouts: by side. Raises TableError if a path was not read as far as it goes.
    """
    choices = {(row.prompt_id, row.path, row.reader): [*map(int, row.tops)] for row in readings.itertuples(index=False)}
    found: dict[str, dict[str, ReadPath]] = {}
    for side, table in rollouts.items():
        for row in _without_failure(table):
            read = {reader: choices.get((row.prompt_id, side, reader), []) for reader in SIDES}
            _check_read(row, side, read)
            tokens = [*map(int, row.tokens)][:longest]
            cut = {reader: tops[: len(tokens) + 1] for reader, tops in read.items()}
            found.setdefault(row.prompt_id, {})[side] = ReadPath([*map(int, row.prompt_tokens)], tokens, cut)
    return {prompt_id: paths for prompt_id, paths in found.items() if len(paths) == len(SIDES)}


def _without_failure(rollouts: pd.DataFrame) -> Iterator[Any]:
    return rollouts[rollouts["failure"].isna()].itertuples(index=False)


def _check_read(row: Any, side: str, read: Mapping[str, Sequence[int]]) -> None:  # noqa: ANN401 - a row of rollouts
    for reader, tops in read.items():
        if len(tops) != len(row.tokens) + 1:
            raise TableError(
                f"prompt {row.prompt_id!r}: the {reader} checkpoint read {len(tops)} positions of the {side} rollout "
                f"of {len(row.tokens)} tokens; delete the path readings and run again"
            )


def read_again(paths: Mapping[str, Mapping[str, ReadPath]], *, side: str) -> pd.Series:
    """Return, by prompt id, the share of the tokens of a side's own path that its checkpoint chooses again.

    A path without a token has none. Below 1 only where a full forward pass rounds a near-tie differently from decoding.
    """
    own = {prompt_id: both[side] for prompt_id, both in paths.items()}
    shares = {
        prompt_id: sum(map(int.__eq__, path.tokens, path.choices[side])) / len(path.tokens)
        for prompt_id, path in own.items()
        if path.tokens
    }
    return pd.Series(shares, dtype=float)
