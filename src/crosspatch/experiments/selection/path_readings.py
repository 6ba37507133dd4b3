"""What each checkpoint would say after every prefix of each one's rollout: teacher-forced readings of both paths."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm import tqdm

from crosspatch.errors import TableError
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import right_padded
from crosspatch.measures.choices import gap, pick
from crosspatch.models.halves import run_upstream
from crosspatch.models.readout import Readout
from crosspatch.records.sides import SIDES

_Picks = tuple[list[int], list[float]]


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


def read_paths(
    blocks: nn.Module,
    readout: Readout,
    paths: Mapping[str, pd.DataFrame],
    *,
    reader: str,
    batches: Mapping[str, Any],
    device: str,
) -> pd.DataFrame:
    """Return the `path_readings` of one checkpoint: its pick after every prefix of the rollouts.

    blocks: all of the reader's, without the final norm; paths: rollouts by the side they are of. One forward pass per
    rollout; a prompt without a rollout has an empty reading.
    """
    tables = [
        _read_path(blocks, readout, rollouts, batches, device).assign(path=path, reader=reader)
        for path, rollouts in paths.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _read_path(
    blocks: nn.Module, readout: Readout, rollouts: pd.DataFrame, batches: Mapping[str, Any], device: str
) -> pd.DataFrame:
    prompts, continuations = ([[*map(int, row)] for row in rollouts[name]] for name in ("prompt_tokens", "tokens"))
    rows = [place for place, failure in enumerate(rollouts["failure"]) if not isinstance(failure, str)]
    contexts = {row: [*prompts[row], *continuations[row]] for row in rows}
    found: dict[int, _Picks] = {}
    planned = plan_batches([len(contexts[row]) for row in rows], **batches)
    for batch in tqdm(planned, desc="paths", unit="batch"):
        several = [rows[place] for place in batch]
        states = run_upstream(blocks, right_padded([torch.tensor(contexts[row]) for row in several]).to(device))
        for row, own in zip(several, states, strict=True):
            found[row] = _picks(readout, own[len(prompts[row]) - 1 : len(contexts[row])])
    records = [found.get(row, ([], [])) for row in range(len(rollouts))]
    return pd.DataFrame(records, columns=["tops", "gaps"]).assign(prompt_id=rollouts["prompt_id"].to_numpy())


def _picks(readout: Readout, states: Float[Tensor, "position d_model"]) -> _Picks:
    """Return the pick at each position and by how much it leads the runner-up, in logits."""
    logits = readout.logits(states)
    return pick(logits).tolist(), gap(logits).tolist()


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

    Below 1 only where a full forward pass rounds a near-tie differently from decoding.
    """
    own = {prompt_id: both[side] for prompt_id, both in paths.items()}
    shares = {
        prompt_id: sum(map(int.__eq__, path.tokens, path.choices[side])) / len(path.tokens)
        for prompt_id, path in own.items()
    }
    return pd.Series(shares, dtype=float)
