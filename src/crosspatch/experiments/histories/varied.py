"""The distance of every block to another end, or through another lens, than that which the claim is of."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from scipy.optimize import brentq
from torch import Tensor

from crosspatch.errors import MeasurementError
from crosspatch.experiments.histories.lens_distributions import States, steps_together
from crosspatch.experiments.histories.rows import check_finite, in_batches, laid_out
from crosspatch.jobs.lens import OpenReader
from crosspatch.jobs.passes import run_pass, usable_histories
from crosspatch.measures.distributions import distances, distribution_of
from crosspatch.models.readout import Readout
from crosspatch.records.histories import EARLIER, OTHER_LENS, RAW_LENS, TEMPERED, TUNED_LENS, VARIANTS
from crosspatch.records.regions import earlier_block

MEASURES: Final = ("kl_to_end", "kl_from_end", "js_to_end")
COLDEST, HOTTEST = 0.02, 50.0
"""Between these a temperature is looked for."""


def varied_readings(
    reader: OpenReader, table: pd.DataFrame, *, mode: str, entropy: float, batches: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the `varied_readings` of one reader on the usable histories of one teacher.

    reader: with the lens of the other checkpoint; entropy: mean over steps, in nats, that the tempered final prediction
    is to have. Two passes per history, the first for the temperature. MeasurementError if no temperature gives that
    entropy, or no history is usable.
    """
    histories = usable_histories(table, mode)

    def last(names: Sequence[str]) -> Mapping[str, Tensor]:
        return {"last": run_pass(reader.model, [histories[name] for name in names]).blocks[-1].float()}

    states = torch.from_numpy(in_batches(histories, batches, last, "temperature")["last"])
    found = temperature(reader.lens_readout.readout, states.to(reader.model.device, reader.model.dtype), entropy)

    def measure(names: Sequence[str]) -> Mapping[str, Tensor]:
        blocks = run_pass(reader.model, [histories[name] for name in names]).blocks
        return varied_blocks(reader, blocks, found)

    read = in_batches(histories, batches, measure, f"histories, {mode} prompts")
    blocks = range(read[MEASURES[0]].shape[1])
    rows = laid_out(histories, {"block": blocks, "variant": VARIANTS}, read)
    beyond = (rows["variant"] == EARLIER) & (rows["block"] > earlier_block(len(blocks)))
    check_finite(rows, ["block", "variant"])
    hot = pd.Series(found, index=rows.index).where(rows["variant"] == TEMPERED)
    return rows.assign(temperature=hot)[~beyond].reset_index(drop=True)


def temperature(readout: Readout, states: Float[Tensor, "step d_model"], entropy: float) -> float:
    """Return T such that softmax(logits / T) has that mean entropy over the steps, in nats; MeasurementError if no T
    between COLDEST and HOTTEST does.
    """
    size = steps_together(len(readout.real))

    def excess(log_temperature: float) -> float:
        scale = float(np.exp(-log_temperature))
        parts = (distribution_of(readout.logits(part) * scale).entropy.double().sum() for part in states.split(size))
        return float(sum(parts)) / len(states) - entropy

    low, high = np.log(COLDEST), np.log(HOTTEST)
    if not excess(low) <= 0 <= excess(high):
        raise MeasurementError(
            f"no temperature between {COLDEST} and {HOTTEST} gives the final prediction a mean entropy of "
            f"{entropy:.3g} nats; check the readings of the other checkpoint"
        )
    return float(np.exp(brentq(excess, low, high, xtol=1e-4)))


@torch.inference_mode()
def varied_blocks(reader: OpenReader, blocks: States, hot: float) -> dict[str, Tensor]:
    """Return MEASURES [step, block, variant]: of each block to the final prediction at temperature `hot`, to that of an
    earlier block, and, through the reader's lens, to the final one. After the earlier block itself there is no number.
    """
    size = steps_together(len(reader.lens_readout.readout.real))
    portions = ([block[start : start + size] for block in blocks] for start in range(0, len(blocks[0]), size))
    parts = [_of_portion(reader, portion, hot) for portion in portions]
    return {name: torch.cat([part[name] for part in parts]) for name in MEASURES}


def _of_portion(reader: OpenReader, blocks: States, hot: float) -> dict[str, Tensor]:
    logits, last = reader.lens_readout.logits, len(blocks) - 1
    final = logits(RAW_LENS, blocks[last], last)
    ends = {TEMPERED: distribution_of(final / hot), OTHER_LENS: distribution_of(final)}
    earlier = earlier_block(len(blocks))
    ends[EARLIER] = distribution_of(logits(RAW_LENS, blocks[earlier], earlier))
    found = []
    for block, states in enumerate(blocks):
        raw = distribution_of(logits(RAW_LENS, states, block))
        tuned = distribution_of(logits(TUNED_LENS, states, block))
        own = {TEMPERED: raw, EARLIER: raw, OTHER_LENS: tuned}
        apart = [distances(own[variant], ends[variant]) for variant in VARIANTS]
        found.append({
            name: torch.stack([getattr(one, field) for one in apart], dim=1)
            for name, field in zip(MEASURES, ("forward", "backward", "js"), strict=True)
        })  # fmt: skip
    return {name: torch.stack([row[name] for row in found], dim=1) for name in MEASURES}
