"""How far the predictions of two readers are apart after the same block, under one lens, over the tokens of both."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from crosspatch.errors import MeasurementError
from crosspatch.experiments.histories.lens_distributions import States, steps_together
from crosspatch.experiments.histories.rows import check_finite, in_batches, laid_out
from crosspatch.jobs.lens import OpenReader
from crosspatch.jobs.passes import History, run_pass, usable_histories
from crosspatch.measures.distributions import Distribution, distribution_of, jensen_shannon
from crosspatch.models.lens import LensReadout
from crosspatch.models.readout import shared_tokens
from crosspatch.records.histories import LENSES, READERS, SIDE_BY_SIDE

Js = Float[Tensor, "step block lens couple"]


def same_blocks(readers: Mapping[str, OpenReader], table: pd.DataFrame, batches: Mapping[str, Any]) -> pd.DataFrame:
    """Return the `same_block` rows of one teacher's histories: JS of every two readers of SIDE_BY_SIDE, in nats.

    readers: by side of the pair. MeasurementError if the two have stacks of different depth, no history is usable, or a
    divergence is not finite.
    """
    depths = {side: reader.model.config.get_text_config().num_hidden_layers for side, reader in readers.items()}
    if len(set(depths.values())) > 1:
        raise MeasurementError(f"the pair has stacks of {depths} blocks; drop the control same_block for it")
    shown = {reader: usable_histories(table, reader.split("_")[1]) for reader in READERS}
    longest = {
        name: max((own[name] for own in shown.values()), key=lambda history: len(history.read))
        for name in shown[READERS[0]]
    }
    real = shared_tokens(*(reader.lens_readout.readout.real for reader in readers.values()))

    def measure(names: Sequence[str]) -> Mapping[str, Tensor]:
        states = {name: _states(readers, name, [own[prompt] for prompt in names]) for name, own in shown.items()}
        return {"js": divergences({name: readers[name.split("_")[0]].lens_readout for name in states}, states, real)}

    read = in_batches(longest, batches, measure, "histories, two readers")
    axes = {"block": range(read["js"].shape[1]), "lens": LENSES, "couple": range(len(SIDE_BY_SIDE))}
    rows = laid_out(longest, axes, read)
    rows = rows.join(pd.DataFrame(SIDE_BY_SIDE, columns=["reader", "other"]), on="couple").drop(columns="couple")
    check_finite(rows, ["block", "lens", "reader", "other"])
    return rows


@torch.inference_mode()
def divergences(
    lens_readouts: Mapping[str, LensReadout], states: Mapping[str, States], real: Bool[Tensor, " vocabulary"]
) -> Js:
    """Return the Jensen-Shannon divergences of the readers of SIDE_BY_SIDE after every block, under every lens.

    states: of each reader, after each block, at the same steps; real: tokens that both checkpoints can choose.
    """
    steps = len(next(iter(states.values()))[0])
    size = steps_together(len(real))
    parts = [
        torch.stack(
            [
                torch.stack([_of_block(lens_readouts, own, real, lens, block) for lens in LENSES], dim=1)
                for block in range(len(next(iter(own.values()))))
            ],
            dim=1,
        )
        for own in _portions(states, steps, size)
    ]
    return torch.cat(parts)


def _portions(states: Mapping[str, States], steps: int, size: int) -> Iterator[dict[str, States]]:
    for start in range(0, steps, size):
        yield {name: [block[start : start + size] for block in own] for name, own in states.items()}


def _states(readers: Mapping[str, OpenReader], reader: str, histories: Sequence[History]) -> States:
    return run_pass(readers[reader.split("_")[0]].model, histories).blocks


def _of_block(
    lens_readouts: Mapping[str, LensReadout],
    states: Mapping[str, States],
    real: Bool[Tensor, " vocabulary"],
    lens: str,
    block: int,
) -> Float[Tensor, "step couple"]:
    said: dict[str, Distribution] = {}
    for name, own in states.items():
        logits = lens_readouts[name].logits(lens, own[block], block)[:, : len(real)]
        said[name] = distribution_of(logits.masked_fill(~real, float("-inf")))
    return torch.stack([jensen_shannon(said[one], said[other]) for one, other in SIDE_BY_SIDE], dim=1)
