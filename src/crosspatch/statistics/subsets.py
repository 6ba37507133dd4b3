"""The subsets of events over which every effect is estimated."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from jaxtyping import Bool


def subset_masks(
    events: pd.DataFrame, *, positions: Iterable[int], categories: Iterable[str]
) -> dict[str, Bool[np.ndarray, " event"]]:
    """Return, by name, which events are in each subset; a subset may be empty.

    `all`; `consistent`, where both unpatched checkpoints pick their own token again; `position >= k`, because
    response openings carry much of the effect in some pairs; `category NAME`.
    """
    step, category = events["step"].to_numpy(), events["category"].to_numpy()
    masks = {"all": np.ones(len(events), dtype=bool), "consistent": events["consistent"].to_numpy(dtype=bool)}
    masks |= {f"position >= {position}": step >= position for position in positions}
    return masks | {f"category {name}": np.asarray(category == name, dtype=bool) for name in categories}
