"""From which block on a prediction stays: settling depths by several definitions, and how often there is none."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from crosspatch.experiments.gap.blocks import BlockReadings
from crosspatch.experiments.gap.quantities import from_here_on

WITHIN: Final[Mapping[str, float]] = {"005": 0.05, "010": 0.1, "020": 0.2, "050": 0.5, "100": 1.0}
"""Distances to the final prediction, in nats, that count as being there, by what their quantities are called."""
MOST: Final = 0.9
"""Share of the blocks from one on that have to be there, where not all have to."""
RETURN: Final = 5.0
"""How many times the distance a later block may be away, where it may be away at all."""
ENTROPY: Final = 0.2
"""Difference from the final entropy, in nats, that counts as none."""

Blocks = Bool[np.ndarray, "row block"]


def settling_quantities(read: BlockReadings) -> pd.DataFrame:
    """Return, for each row of `read`, settling depths (settled_NAME) and whether there is none (missed_NAME).

    A depth is the first block of those that count, over the last one's index: 0 is the first block, 1 the last. It is
    missing where there is none, which under the raw lens cannot be: there the last block is the final prediction.
    NAME is the definition ("The Convergence Gap", commitment): `top`, this block and all later ones have the final top
    token; `five`, they have it among their five likeliest; `within_T`, their KL(p || final) is below T hundredths of a
    nat; `most_within_T`, that of 90 % of them is; `near_T`, this block's is, and no later one's reaches 5 T; `entropy`,
    their entropies differ from the final one by less than 0.2 nats.
    """
    gaps = read.distances["kl_to_final"]
    found = {
        "top": stays(read.top == read.final_top[:, None]),
        "five": stays((read.top_five == read.final_top[:, None, None]).any(-1)),
        "entropy": stays(np.abs(read.entropy - read.final_entropy[:, None]) < ENTROPY),
    }
    for name, tau in WITHIN.items():
        found[f"within_{name}"] = stays(gaps < tau)
        found[f"most_within_{name}"] = stays_mostly(gaps < tau)
        found[f"near_{name}"] = (gaps < tau) & stays(gaps < RETURN * tau)
    depths = {name: first_depth(blocks) for name, blocks in found.items()}
    columns = {f"settled_{name}": depth for name, depth in depths.items()}
    return pd.DataFrame(columns | {f"missed_{name}": np.isnan(depth).astype(float) for name, depth in depths.items()})


def stays(there: Blocks) -> Blocks:
    """Return whether a block and all later ones are there."""
    return from_here_on(~there) == 0


def stays_mostly(there: Blocks) -> Blocks:
    """Return whether MOST of a block and the later ones are there."""
    left = np.arange(there.shape[1], 0, -1)
    enough: Blocks = from_here_on(there) >= MOST * left
    return enough


def first_depth(blocks: Blocks) -> Float[np.ndarray, " row"]:
    """Return the index of the first block that counts over that of the last; missing (NaN) where none does."""
    first = np.where(blocks.any(axis=1), blocks.argmax(axis=1), np.nan)
    depth: Float[np.ndarray, " row"] = first / (blocks.shape[1] - 1)
    return depth
