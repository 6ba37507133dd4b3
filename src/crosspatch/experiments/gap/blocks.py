"""Readings as arrays over blocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from crosspatch.errors import MeasurementError
from crosspatch.records.histories import RAW_LENS

DISTANCES: Final = ("kl_to_final", "kl_from_final", "js_to_final", "js_to_next")
TENTHS: Final = tuple(tenth / 10 for tenth in range(11))


@dataclass(frozen=True)
class BlockReadings:
    """What one reader predicts under one lens: a row for every step of every history, a column for every block.

    final_top and final_entropy are of the reader's own final prediction, under whichever lens the blocks are read.
    """

    prompts: pd.Index
    steps: Int[np.ndarray, " row"]
    distances: Mapping[str, Float[np.ndarray, "row block"]]
    top: Int[np.ndarray, "row block"]
    top_five: Int[np.ndarray, "row block 5"]
    entropy: Float[np.ndarray, "row block"]
    final_top: Int[np.ndarray, " row"]
    final_entropy: Float[np.ndarray, " row"]

    @property
    def depth(self) -> int:
        """Number of blocks."""
        return self.top.shape[1]


def block_readings(readings: pd.DataFrame, lens: str) -> BlockReadings:
    """Return the rows of one lens of a `readings` table as arrays; MeasurementError if a step lacks a block."""
    own = readings[readings["lens"] == lens].sort_values(["prompt_id", "step", "block"], kind="stable")
    final = final_rows(readings)
    blocks = own["block"].nunique()
    counted = own.groupby(["prompt_id", "step"], sort=False)["block"].size()
    if len(short := counted[counted != blocks]):
        (prompt_id, step), found = short.index[0], short.iloc[0]
        raise MeasurementError(
            f"prompt {prompt_id!r}, step {step}: {found} of {blocks} blocks were read under the {lens} lens; read the "
            "history again"
        )
    shape = (len(counted), blocks)
    return BlockReadings(
        prompts=pd.Index(counted.index.get_level_values("prompt_id"), dtype=object),
        steps=counted.index.get_level_values("step").to_numpy(dtype=np.int64),
        distances={name: own[name].to_numpy(dtype=np.float64).reshape(shape) for name in DISTANCES},
        top=own["top_token"].to_numpy(dtype=np.int64).reshape(shape),
        top_five=np.array(own["top_five"].tolist(), dtype=np.int64).reshape(*shape, -1),
        entropy=own["entropy"].to_numpy(dtype=np.float64).reshape(shape),
        final_top=final["top_token"].to_numpy(dtype=np.int64),
        final_entropy=final["entropy"].to_numpy(dtype=np.float64),
    )


def block_cosines(writes: pd.DataFrame, read: BlockReadings) -> Float[np.ndarray, "row block"]:
    """Return the cosine of every block's state with the last one's for each row of `read`, from `read_writes`.

    MeasurementError if the table has other steps or blocks than the readings.
    """
    own = writes.sort_values(["prompt_id", "step", "block"], kind="stable")
    prompts, steps = (np.repeat(np.asarray(values), read.depth) for values in (read.prompts, read.steps))
    if len(own) != len(steps) or (own["prompt_id"].to_numpy() != prompts).any() or (own["step"] != steps).any():
        raise MeasurementError(
            f"cosines of {len(own)} states were written for readings of {len(steps)}; read the histories again"
        )
    found: Float[np.ndarray, "row block"] = own["cos_to_last"].to_numpy(dtype=np.float64).reshape(-1, read.depth)
    return found


def final_rows(readings: pd.DataFrame) -> pd.DataFrame:
    """Return the reader's own final predictions of a `readings` table, step after step of prompt after prompt."""
    last = readings[(readings["lens"] == RAW_LENS) & (readings["block"] == readings["block"].max())]
    return last.sort_values(["prompt_id", "step"], kind="stable", ignore_index=True)


def nearest_blocks(depth: int) -> dict[float, int]:
    """Return the block nearest to each tenth of the depth, 0 being the first block and 1 the last."""
    return {tenth: round(tenth * (depth - 1)) for tenth in TENTHS}


def curve_places(depth: int) -> dict[str, int]:
    """Return the blocks of a curve by name: each by itself, `block L`, and the one nearest to each tenth, `depth D`."""
    blocks = {f"block {block}": block for block in range(depth)}
    return blocks | {f"depth {tenth:g}": block for tenth, block in nearest_blocks(depth).items()}
