"""Which events are in which arm."""

import pandas as pd

from crosspatch.statistics.samples import arm_masks

EVENTS = pd.DataFrame(
    {"step": [0, 1, 3, 12], "category": ["code", "facts", "code", "chat"], "consistent": [True, False, True, True]}
)


def test_arms_by_hand():
    masks = arm_masks(EVENTS, positions=[1, 3, 20], categories=["chat", "code", "poems"])
    assert {name: mask.tolist() for name, mask in masks.items()} == {
        "all": [True, True, True, True],
        "consistent": [True, False, True, True],
        "position >= 1": [False, True, True, True],
        "position >= 3": [False, False, True, True],
        "position >= 20": [False, False, False, False],
        "category chat": [False, False, False, True],
        "category code": [True, False, True, False],
        "category poems": [False, False, False, False],
    }


def test_the_arms_keep_their_order():
    names = list(arm_masks(EVENTS, positions=[3, 1], categories=["code", "chat"]))
    assert names == ["all", "consistent", "position >= 3", "position >= 1", "category code", "category chat"]
