"""Readings of histories by one checkpoint, as tables: what every block says, and which way blocks and MLPs write."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Shaped
from tqdm import tqdm
from transformers import PreTrainedModel

from crosspatch.errors import MeasurementError
from crosspatch.experiments.histories.lens_distributions import LensReadout, read_blocks
from crosspatch.experiments.histories.passes import BLOCK, MLP, History, run_pass
from crosspatch.jobs.batching import plan_batches
from crosspatch.records.histories import LENSES

Steps = Shaped[np.ndarray, "step ..."]
_NEXT = ("kl_to_next", "kl_from_next", "js_to_next")


def read_histories(
    model: PreTrainedModel, lens_readout: LensReadout, table: pd.DataFrame, *, mode: str, batches: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the `readings` and the `read_writes` of one reader on the usable histories of one teacher.

    table: the teacher's `histories`; mode: that of the prompts that the reader is shown. One forward pass per history.
    MeasurementError, naming the prompt, if no history is usable, a forced token cannot be chosen by this reader, or a
    quantity is not finite.
    """
    usable = table[table["usable"]]
    if usable.empty:
        reasons = sorted(set(table["reason"]))
        raise MeasurementError(
            f"none of {len(table)} histories is usable ({'; '.join(reasons)}); give the study other prompts"
        )
    rows = zip(usable[f"{mode}_prompt"], usable["forced"], strict=True)
    histories = [History([*map(int, prompt)], [*map(int, forced)]) for prompt, forced in rows]
    names = usable["prompt_id"].tolist()
    _check_forced(names, histories, lens_readout)
    found: dict[int, dict[str, Steps]] = {}
    planned = plan_batches([len(history.read) for history in histories], **batches)
    for batch in tqdm(planned, desc=f"histories, {mode} prompts", unit="batch"):
        together = [histories[row] for row in batch]
        found.update(zip(batch, _read_batch(model, lens_readout, together), strict=True))
    steps = [len(history.forced) for history in histories]
    read = {name: np.concatenate([found[row][name] for row in range(len(found))]) for name in found[0]}
    key = _key(names, steps)
    written = {name: read.pop(name) for name in (BLOCK, MLP)}
    axes = {"block": range(written[BLOCK].shape[1])}
    return _finite(_table(key, axes | {"lens": LENSES}, read)), _table(key, axes, written)


def _read_batch(
    model: PreTrainedModel, lens_readout: LensReadout, histories: Sequence[History]
) -> list[dict[str, Steps]]:
    """Quantities of every history, each with its steps first."""
    states = run_pass(model, histories)
    forced = torch.tensor([token for history in histories for token in history.forced], device=model.device)
    found = read_blocks(lens_readout, states.blocks, forced) | {name: one.T for name, one in states.cosines.items()}
    ends = np.cumsum([len(history.forced) for history in histories])[:-1]
    parts = {name: np.split(values.cpu().numpy(), ends) for name, values in found.items()}
    return [{name: values[row] for name, values in parts.items()} for row in range(len(histories))]


def _check_forced(names: Sequence[str], histories: Sequence[History], lens_readout: LensReadout) -> None:
    real = lens_readout.readout.real.tolist()
    for prompt_id, history in zip(names, histories, strict=True):
        unreal = [token for token in history.forced if not real[token]]
        if unreal:
            raise MeasurementError(
                f"prompt {prompt_id!r}: forced token {unreal[0]} is none that this reader can choose; write the "
                "histories of the pair again"
            )


def _key(names: Sequence[str], steps: Sequence[int]) -> dict[str, Shaped[np.ndarray, " step"]]:
    return {
        "prompt_id": np.repeat(np.array(names, dtype=object), steps),
        "step": np.concatenate([np.arange(count) for count in steps]),
    }


def _table(key: Mapping[str, Steps], axes: Mapping[str, Sequence[Any]], values: Mapping[str, Steps]) -> pd.DataFrame:
    """Lay values [step, *axes] out as rows, with columns for the step's key and each axis; what is left is a list."""
    places = pd.MultiIndex.from_product(axes.values(), names=list(axes)).to_frame(index=False)
    columns = {name: np.repeat(one, len(places)) for name, one in key.items()}
    columns |= {name: np.tile(places[name], len(key["step"])) for name in places}
    for name, one in values.items():
        rows = one.reshape(-1, *one.shape[1 + len(axes) :])
        columns[name] = rows if rows.ndim == 1 else list(rows)
    return pd.DataFrame(columns)


def _finite(table: pd.DataFrame) -> pd.DataFrame:
    """Return the readings; MeasurementError, naming the first, if a quantity is not finite where there is one."""
    numbers = table.select_dtypes("floating")
    strange = ~np.isfinite(numbers)
    strange.loc[table["block"] == table["block"].max(), list(_NEXT)] = False
    if strange.to_numpy().any():
        row = table[strange.any(axis=1)].iloc[0]
        column = strange.columns[strange.loc[row.name]][0]
        raise MeasurementError(
            f"history of prompt {row['prompt_id']!r}, step {row['step']}: {column} of block {row['block']} under the "
            f"{row['lens']} lens is {row[column]}; check the checkpoint's weights and its lens"
        )
    return table
