"""Windows by hand."""

import pytest

from crosspatch.errors import ConfigError
from crosspatch.experiments.grafts.windows import late_parts, windows_of

NAMED = {"early": [0, 3], "middle": [2, 6], "late": [5, 8]}


def test_windows_of_a_small_stack_by_hand():
    found = windows_of(NAMED, [["early", "middle"]], 8)
    assert list(found)[:4] == ["early", "middle", "late", "early + middle"]
    assert found["early + middle"] == (0, 1, 2, 3, 4, 5)
    assert found["half before late"] == (3, 4)
    assert found["front half"] == found["central half"] == (5, 6)
    assert found["terminal half"] == (6, 7)
    assert found["terminal quarter"] == found["block 7"] == (7,)
    assert [name for name in found if name.startswith("block")] == [f"block {index}" for index in range(8)]


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        # Llama, Mistral and OLMo 2 (13 of 32), Gemma 3 (14 of 34), Qwen3 (14 of 36): protocol of the published windows.
        ((19, 32), [(12, 19), (19, 26), (22, 29), (25, 32), (28, 32)]),
        ((20, 34), [(13, 20), (20, 27), (23, 30), (27, 34), (30, 34)]),
        ((22, 36), [(15, 22), (22, 29), (25, 32), (29, 36), (32, 36)]),
        ((3, 4), [(2, 3), (3, 4), (3, 4), (3, 4), (3, 4)]),
    ],
)
def test_parts_of_late_windows(late, expected):
    assert list(late_parts(*late).values()) == expected


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (
            {"late": [1, 5]},
            r"window 'half before late' is \[-1, 1\), which is no part of a stack of 5 blocks; correct the",
        ),
        ({"late": [3, 3]}, r"window 'late' is \[3, 3\), which is no part of a stack of 5 blocks"),
    ],
)
def test_a_window_outside_the_stack_is_named(named, message):
    with pytest.raises(ConfigError, match=message):
        windows_of(named, [], 5)
