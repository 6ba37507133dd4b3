"""Groups of prompts: the cells at prompts of some categories or sources."""

from collections.abc import Mapping, Sequence

import pandas as pd

from crosspatch.errors import ConfigError
from crosspatch.jobs.control_cells import arms_of_prompts


def arms_by_prompts(cells: pd.DataFrame, events: pd.DataFrame, groups: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return an arm for every group, of the events whose prompt has one of its words as category or source.

    A group without events is left out. Raises ConfigError, naming group and word, if no prompt has the word.
    """
    known = events.set_index("prompt_id")[["category", "source"]]
    words = sorted(set(known["category"]) | set(known["source"].dropna()))
    for group, wanted in groups.items():
        strange = sorted(set(wanted) - set(words))
        if strange:
            raise ConfigError(f"slices/groups/{group} names {strange[0]!r}, which no prompt is of; known are {words}")
    held = {group: known.index[known.isin(list(wanted)).any(axis=1)] for group, wanted in groups.items()}
    return arms_of_prompts(cells, held)
