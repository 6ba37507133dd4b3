"""From which block on a prediction stays: settling depths by several definitions, and how often there is none."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from crosspatch.experiments.gap.blocks import BlockReadings
from crosspatch.experiments.gap.quantities import from_here_on

WITHIN: Final[Mapping[str, float]] = {"005": 0.05, "010": 0.1, "020": 0.2, "050": 0.5, "100": 1.0}
"""Distances to the final prediction, in nats, that count as being there, by what their quantities are called."""
MOST: Final = 0.9
"""Share of the blocks from one on that have to be there, where not all have to."""
RETURNS: Final[Mapping[str, float]] = {"near": 5.0, "near_three": 3.0}
"""How many times the distance a later block may be away, where it may be away at all, by definition."""
COSINES: Final[Mapping[str, float]] = {"080": 0.8, "090": 0.9, "095": 0.95, "099": 0.99}
"""Cosines with the last block's state that count as being there, by what their quantities are called."""
ENTROPY: Final = 0.2
"""Nats: a difference from the final entropy that counts as none, and an entropy that counts as certain."""
NONE: Final = -1
"""In the place of the first block that counts where none does."""

Blocks = Bool[np.ndarray, "row block"]


def settled_blocks(read: BlockReadings, cosines: Float[np.ndarray, "row block"]) -> dict[str, Blocks]:
    """Return by definition ("The Convergence Gap", commitment) from which blocks on each row of `read` has settled.

    `top`, this block and all later ones have the final top token; `three` and `five`, they have it among their three or
    five likeliest; `within_T`, their KL(p || final) is below T hundredths of a nat; `most_within_T`, that of 90 % of
    them is; `near_T`, this block's is, and no later one's reaches 5 T; `near_three_T`, none reaches 3 T; `entropy`,
    their entropies differ from the final one by less than 0.2 nats; `certain`, their entropies are below 0.2 nats,
    whatever the final one is; `cosine_C`, the `cosines` of their states with the last one's are C hundredths at least,
    which is the same under every lens.
    """
    gaps = read.distances["kl_to_final"]
    found_at = read.top_five == read.final_top[:, None, None]
    found = {
        "top": stays(read.top == read.final_top[:, None]),
        "three": stays(found_at[..., :3].any(-1)),
        "five": stays(found_at.any(-1)),
        "entropy": stays(np.abs(read.entropy - read.final_entropy[:, None]) < ENTROPY),
        "certain": stays(read.entropy < ENTROPY),
    }
    found |= {f"cosine_{name}": stays(cosines >= least) for name, least in COSINES.items()}
    for name, tau in WITHIN.items():
        found[f"within_{name}"] = stays(gaps < tau)
        found[f"most_within_{name}"] = stays_mostly(gaps < tau)
        found |= {f"{kind}_{name}": (gaps < tau) & stays(gaps < times * tau) for kind, times in RETURNS.items()}
    return found


def settling_quantities(settled: Mapping[str, Blocks]) -> pd.DataFrame:
    """Return, for each row, settling depths (settled_NAME) by definition and whether there is none (missed_NAME).

    A depth is the first block of those that count, over the last one's index: 0 is the first block, 1 the last. It is
    missing where there is none, which under the raw lens can be of `certain` only: there the last block is the final
    prediction.
    """
    depths = {name: first_depth(blocks) for name, blocks in settled.items()}
    columns = {f"settled_{name}": depth for name, depth in depths.items()}
    return pd.DataFrame(columns | {f"missed_{name}": np.isnan(depth).astype(float) for name, depth in depths.items()})


def settled_counts(settled: Mapping[str, Blocks], prompts: pd.Index) -> Iterator[pd.DataFrame]:
    """Yield by definition how many steps of each prompt settle at each `block` (NONE: at none), of `n_blocks`."""
    for name, blocks in settled.items():
        counted = pd.DataFrame({"prompt_id": prompts, "block": first_block(blocks)}).value_counts(sort=False)
        rows = counted.rename("steps").reset_index()
        yield rows.assign(definition=name, n_blocks=blocks.shape[1])


def stays(there: Blocks) -> Blocks:
    """Return whether a block and all later ones are there."""
    return from_here_on(~there) == 0


def stays_mostly(there: Blocks) -> Blocks:
    """Return whether MOST of a block and the later ones are there."""
    left = np.arange(there.shape[1], 0, -1)
    enough: Blocks = from_here_on(there) >= MOST * left
    return enough


def first_block(blocks: Blocks) -> Int[np.ndarray, " row"]:
    """Return the index of the first block that counts; NONE where none does."""
    found: Int[np.ndarray, " row"] = np.where(blocks.any(axis=1), blocks.argmax(axis=1), NONE)
    return found


def first_depth(blocks: Blocks) -> Float[np.ndarray, " row"]:
    """Return the index of the first block that counts over that of the last; missing (NaN) where none does."""
    first = first_block(blocks)
    depth: Float[np.ndarray, " row"] = np.where(first == NONE, np.nan, first / (blocks.shape[1] - 1))
    return depth
