"""Readings of all readers and histories of a pair with known numbers, in stacks of different depth."""

import numpy as np
import pandas as pd

from crosspatch.experiments.gap.blocks import BlockReadings
from crosspatch.records.histories import LENSES, READERS, TEACHERS

NEXT = ("kl_to_next", "kl_from_next", "js_to_next")
TO_FINAL = ("kl_to_final", "kl_from_final", "js_to_final")


def reading(depth, lengths, *, seed):
    """A `readings` table: `lengths` are the steps of each prompt's history; every number is drawn."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        [
            {"prompt_id": prompt, "step": step, "block": block, "lens": lens}
            for prompt, steps in lengths.items()
            for step in range(steps)
            for block in range(depth)
            for lens in LENSES
        ]
    )
    size, last = len(rows), rows["block"] == depth - 1
    numbers = {name: rng.gamma(2.0, 1.0, size) for name in (*TO_FINAL, *NEXT, "entropy", "top_margin")}
    for name in TO_FINAL:
        numbers[name][last & (rows["lens"] == "raw")] = 0.0
    for name in NEXT:
        numbers[name][last] = np.nan
    rows = rows.assign(**numbers, top_log_probability=-rng.random(size), forced_log_probability=-rng.random(size) - 1)
    fives = [list(rng.permutation(20)[:5]) for _ in range(size)]
    return rows.assign(top_five=fives, top_token=[five[0] for five in fives], forced_rank=rng.integers(1, 9, size))


def readings_of_pair(depth, lengths, *, seed=0):
    """All twelve readings of a pair by (reader, teacher)."""
    every = [(reader, teacher) for reader in READERS for teacher in TEACHERS]
    return {who: reading(depth, lengths, seed=seed + place) for place, who in enumerate(every)}


def cosines_of(read):
    """Of states that turn evenly to the last one, for `block_readings`."""
    return np.tile(np.linspace(0.7, 1.0, read.depth), (len(read.prompts), 1))


def by_hand(depth, **rows):
    """One step of one history."""
    usual = {name: np.zeros((1, depth)) for name in ("kl_to_final", "kl_from_final", "js_to_final", "js_to_next")}
    top = np.array([rows.pop("top", [0] * depth)])
    five = np.array([rows.pop("five", [[0, 1, 2, 3, 4]] * depth)])
    entropy = np.array([rows.pop("entropy", [1.0] * depth)])
    final = {"final_top": np.array([rows.pop("final_top", top[0, -1])]), "final_entropy": entropy[:, -1]}
    distances = usual | {name: np.array([values]) for name, values in rows.items()}
    return BlockReadings(pd.Index(["p"]), np.array([0]), distances, top, five, entropy, **final)
