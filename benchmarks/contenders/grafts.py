"""Readings of forced continuations with tuned MLPs in windows of the base: ours, and the published way."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch

from benchmarks.contenders.histories import KEYS, decoded, histories_of, quantities
from benchmarks.workloads import Workload
from crosspatch.experiments.grafts.arms import Arm, grafts
from crosspatch.experiments.grafts.readings import Party, read_grafts
from crosspatch.experiments.grafts.windows import windows_of
from crosspatch.models.grafts import mlps_of
from crosspatch.models.lens import Lens, LensReadout

NAMED = {"early": (0, 6), "middle": (5, 11), "late": (10, 16)}
"""Of a stack of 16 blocks."""


def arms_of(work: Workload) -> list[Arm]:
    """Return every window, its parts and every block alone, each set of blocks once."""
    return grafts(windows_of(NAMED, [], len(work.models["base"].model.layers)), mlps_of(work.models["tuned"]))


def readings(work: Workload, lens: Lens, arms: Sequence[Arm]) -> np.ndarray:
    """Return means over steps of KEYS [history, arm, block and lens, quantity] of the base under some arms.

    The tuned checkpoint is read as well, and all other quantities, as in a study.
    """
    host, other = (
        Party(work.models[side], LensReadout(work.readouts[side], lens), "raw") for side in ("base", "tuned")
    )
    table = read_grafts(host, other, histories_of(work), arms, batches=work.batches)["readings"]
    names = [arm.names[0] for arm in arms]
    shape = (len(work.events), len(names), -1, len(KEYS))
    return table[table["arm"].isin(names)][list(KEYS)].to_numpy().reshape(shape)


@torch.inference_mode()
def published(work: Workload, lens: Lens, arms: Sequence[Arm]) -> np.ndarray:
    """Return the same, each arm by itself: decoded step by step with a cache, every state read out by itself."""
    found = []
    for history in histories_of(work).itertuples():
        for arm in arms:
            with _hooked(work, arm.blocks):
                states = decoded(work, [*history.raw_prompt], [*history.forced])
                steps = [quantities(work, lens, one) for one in states]
            found.append(np.mean(steps, axis=0))
    return np.array(found).reshape(len(work.events), len(arms), -1, len(KEYS))


@contextmanager
def _hooked(work: Workload, blocks: Sequence[int]) -> Iterator[None]:
    layers, donors = (work.models[side].model.layers for side in ("base", "tuned"))
    handles = [
        layers[index].mlp.register_forward_hook(lambda _, given, __, index=index: donors[index].mlp(given[0]))
        for index in blocks
    ]
    yield
    for handle in handles:
        handle.remove()
