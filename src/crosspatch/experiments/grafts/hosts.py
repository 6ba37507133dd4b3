"""The two hosts of a family one below the other, in tables."""

from collections.abc import Callable
from typing import Final

import pandas as pd

MLPS: Final = {"grafts": "tuned in base", "swaps": "base in tuned"}
"""By control, whose MLPs are in which checkpoint."""


def of_both_hosts(
    grafts: pd.DataFrame, swaps: pd.DataFrame, of_host: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    """Return what `of_host` makes of the estimates of either control, with `mlps`; families keep their order."""
    both = zip(MLPS.values(), (grafts, swaps), strict=True)
    table = pd.concat([of_host(estimates).assign(mlps=mlps) for mlps, estimates in both], ignore_index=True)
    places = {family: place for place, family in enumerate(dict.fromkeys(table["family"]))}
    return table.sort_values("family", key=lambda own: own.map(places), kind="stable", ignore_index=True)
