"""Which prompts directions are fitted on, and which they are held against."""

from typing import Final

import pandas as pd

from crosspatch.errors import MeasurementError
from crosspatch.statistics.seeds import seed_of

LEAST_TEMPLATES: Final = 10
"""With fewer than this, whole templates on one side would leave the other too little."""
LEAST_TRAINING: Final = 2
_SPAN: Final = 2.0**48


def is_held_out(prompts: pd.DataFrame, share: float, seed: int) -> pd.Series:
    """Return, by prompt id, whether a prompt is held out: whole templates are, about 1 - `share` of them, by a hash.

    prompts has the columns prompt_id and template, a row for every prompt of the study, with an event or without, so
    that all pairs of a study have one split. Where there are fewer than LEAST_TEMPLATES, each prompt stands for itself.
    """
    units = prompts["template"] if prompts["template"].nunique() >= LEAST_TEMPLATES else prompts["prompt_id"]
    places = {unit: seed_of("closure", "split", seed, unit) / _SPAN for unit in units.unique()}
    return pd.Series((units.map(places) >= share).to_numpy(), index=prompts["prompt_id"].to_numpy())


def split_events(events: pd.DataFrame, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the usable events of an `events` table for fitting, and those held out.

    Raises MeasurementError, naming the pair, if one of the two has too few.
    """
    held_out = is_held_out(events, share, seed)
    usable = events[events["usable"]]
    away = usable["prompt_id"].map(held_out).astype(bool)
    fitted, other = usable[~away].reset_index(drop=True), usable[away].reset_index(drop=True)
    if len(fitted) < LEAST_TRAINING or other.empty:
        raise MeasurementError(
            f"pair {events['pair'].iloc[0]!r}: closure/split/share {share} leaves {len(fitted)} events for fitting "
            f"directions and {len(other)} held out; it needs {LEAST_TRAINING} and 1 at least, so change the share or "
            "take more prompts"
        )
    return fitted, other
