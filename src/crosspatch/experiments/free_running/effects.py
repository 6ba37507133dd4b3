"""What a graft changes of what a host writes: each arm less the host as it is, by prompt, and paired contrasts."""

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from crosspatch.experiments.free_running.grades import Asked, graded
from crosspatch.experiments.free_running.names import (
    CONTRASTS,
    OTHER_CHECKPOINT,
    WINDOWS,
    both_stopped,
    of_way,
    own_level,
)
from crosspatch.experiments.free_running.texts import Text, quantities
from crosspatch.jobs.control_values import arm_rows, as_values
from crosspatch.jobs.seeded_arms import means_over_seeds
from crosspatch.records.grafts import NO_GRAFT

TO_HOST: Final = ["repetition_equal_length", "differs_from_host", "steps_with_host"]
"""Quantities that compare with the host already."""
WAYS: Final = ("stopped", "length", "repetition", "passed")
"""Quantities that the way from the host to the other checkpoint is known of."""


def free_values(host: pd.DataFrame, other: pd.DataFrame, asked: Mapping[str, Asked], pair: str) -> pd.DataFrame:
    """Return the `control_values` of one host, over the prompts that both checkpoints can continue.

    Both are `grafted_rollouts`; of the other checkpoint's, what it writes without a graft is taken. `asked` is by
    prompt.

    Arms are less `no graft`, which itself and `other checkpoint` have their levels, and so do the arms of what compares
    with the host already; random changes are means over their seeds; contrasts are paired. `WINDOW, both stopped` is
    over the prompts at which the arm and the host stop by themselves, `WINDOW, own level` is not less anything.
    """
    return as_values((arm_rows(values, arm) for arm, values in _effects(_levels(host, other, asked))), pair)


def _levels(host: pd.DataFrame, other: pd.DataFrame, asked: Mapping[str, Asked]) -> dict[str, pd.DataFrame]:
    """Return the quantities of every arm by prompt."""
    arms = {str(arm): _texts(rows) for arm, rows in host.groupby("arm", sort=False)}
    arms[OTHER_CHECKPOINT] = _texts(other[other["arm"] == NO_GRAFT])
    own, others = arms[NO_GRAFT], arms[OTHER_CHECKPOINT]
    shared = [name for name in own if name in others]
    return {
        arm: pd.DataFrame([quantities(texts[name], own[name], others[name]) for name in shared], index=shared).join(
            graded({name: texts[name] for name in shared}, asked)
        )
        for arm, texts in arms.items()
    }


def _texts(rollouts: pd.DataFrame) -> dict[str, Text]:
    """Return the texts of a table by prompt; prompts that could not be continued are left out."""
    known = rollouts[rollouts["failure"].isna()]
    return {
        str(row.prompt_id): Text([int(token) for token in row.tokens], row.stop_reason == "stop_token", str(row.text))
        for row in known.itertuples()
    }


def _effects(levels: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame]]:
    own, other = levels[NO_GRAFT], levels[OTHER_CHECKPOINT]
    yield NO_GRAFT, own.drop(columns=TO_HOST)
    yield OTHER_CHECKPOINT, other.drop(columns=["agrees_with_other", "steps_with_other"])
    way = (other - own).filter(WAYS).rename(columns=of_way)
    unmoved = own.assign(**dict.fromkeys(TO_HOST, 0.0))
    grafted = {arm: of for arm, of in levels.items() if arm not in (NO_GRAFT, OTHER_CHECKPOINT)}
    changes = means_over_seeds({arm: of - unmoved for arm, of in grafted.items()})
    for arm, change in changes.items():
        yield arm, change.join(way)
    for window in WINDOWS:
        yield own_level(window), levels[window].drop(columns=TO_HOST)
        stopped = (levels[window]["stopped"] == 1) & (own["stopped"] == 1)
        yield both_stopped(window), changes[window][stopped].drop(columns="stopped")
    for name, (one, less_one) in CONTRASTS.items():
        yield name, changes[one] - changes[less_one]
