"""The hosts of free running one below the other, in figures and tables, and the arms that are shown of each."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from crosspatch.experiments.free_running.names import OTHER_CHECKPOINT, RANDOM_LATE, WINDOWS
from crosspatch.records.grafts import EARLY, LATE, MIDDLE, NO_GRAFT, controlled, donated

HOSTS: Final = {
    "free_grafts": ("tuned in base, raw", "tuned"),
    "free_swaps": ("base in tuned, chat", "base"),
    "free_raw_swaps": ("base in tuned, raw", "base"),
}
"""By control, whose MLPs are in which checkpoint, on which prompts, and the colour of what is put in."""
WHOLE: Final = " + ".join((EARLY, MIDDLE, LATE))
"""The union of all windows, which in a study may be every block."""
Tables = Mapping[str, pd.DataFrame]


def grafted_arms(tables: Tables) -> list[str]:
    """Return the windows, their union, and random changes and further donors of the late one, where there are any."""
    known = pd.concat([table["arm"] for table in tables.values()]).drop_duplicates()
    donors = sorted(known[known.str.startswith(controlled(LATE, donated("")))])
    return [arm for arm in (*WINDOWS, WHOLE, RANDOM_LATE, *donors) if arm in set(known)]


def level_arms() -> list[str]:
    """Return the arms that say what either checkpoint writes by itself."""
    return [NO_GRAFT, OTHER_CHECKPOINT]
