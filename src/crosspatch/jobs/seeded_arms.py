"""Arms that were drawn with several seeds, as one."""

from collections.abc import Mapping

import pandas as pd

from crosspatch.records.arms import without_seed


def means_over_seeds(effects: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return arms by their name without a seed: a row per prompt, the mean over the seeds that measured the prompt.

    Arms stand where their first seed does.
    """
    drawn: dict[str, list[pd.DataFrame]] = {}
    for arm, values in effects.items():
        drawn.setdefault(without_seed(arm), []).append(values)
    return {
        arm: pd.concat(some).groupby(level=0, sort=False).mean() if len(some) > 1 else some[0]
        for arm, some in drawn.items()
    }
