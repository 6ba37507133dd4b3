"""What is averaged over the steps of a history: gaps of regions of the stack, and quantities that need no endpoint."""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from crosspatch.experiments.gap.blocks import BlockReadings, curve_places
from crosspatch.records.regions import REGIONS, first_block

GAPS = {"gap": "kl_to_final", "reverse_gap": "kl_from_final", "js_gap": "js_to_final"}
"""Distance of a block's prediction p from the final one q: KL(p || q), KL(q || p), JS(p, q), in nats."""
CURVE = "gap"


def region_quantities(read: BlockReadings) -> pd.DataFrame:
    """Return, for each row of `read`, every quantity of every region, in columns QUANTITY_REGION.

    Gaps are means over the region's blocks, the last one's zero among them (arXiv "The Convergence Gap", section 3).
    The others need no endpoint; each is a mean over the region's blocks but the last (over the last but one, if
    there is no other): `remaining_js`, the sum of JS to
    the next block over this and all later blocks; `future_flips`, at how many of these the next block has another top
    token; `churn`, 1 - Jaccard index of the five likeliest tokens of this block and the next.
    """
    following = {
        "remaining_js": from_here_on(read.distances["js_to_next"][:, :-1]),
        "future_flips": from_here_on(read.top[:, :-1] != read.top[:, 1:]),
        "churn": 1 - jaccard(read.top_five[:, :-1], read.top_five[:, 1:]),
    }
    columns = {}
    for region in REGIONS:
        start = first_block(region, read.depth)
        columns |= {f"{gap}_{region}": read.distances[name][:, start:].mean(1) for gap, name in GAPS.items()}
        before = min(start, read.depth - 2)
        columns |= {f"{name}_{region}": values[:, before:].mean(1) for name, values in following.items()}
    return pd.DataFrame(columns)


def curve_quantities(read: BlockReadings) -> dict[str, Float[np.ndarray, " row"]]:
    """Return the gap at each of the `curve_places`."""
    gaps = read.distances[GAPS[CURVE]]
    return {place: gaps[:, block] for place, block in curve_places(read.depth).items()}


def from_here_on(
    values: Float[np.ndarray, "row block"] | Bool[np.ndarray, "row block"],
) -> Float[np.ndarray, "row block"]:
    """Return at each block the sum over it and all later ones."""
    return np.cumsum(values[:, ::-1].astype(np.float64), axis=1)[:, ::-1]


def jaccard(left: Int[np.ndarray, "*row 5"], right: Int[np.ndarray, "*row 5"]) -> Float[np.ndarray, "*row"]:
    """Return the size of the intersection over that of the union of two sets of different tokens."""
    shared = (left[..., :, None] == right[..., None, :]).any(-1).sum(-1)
    union = left.shape[-1] + right.shape[-1] - shared
    found: Float[np.ndarray, "*row"] = shared / union
    return found
