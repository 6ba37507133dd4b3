"""Where two sequences part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosspatch.measures.divergence import first_difference

TOKENS = st.lists(st.integers(0, 3), max_size=8)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([], [], None),
        ([1], [], None),
        ([1, 2], [1, 2], None),
        ([1, 2], [1, 2, 3], None),
        ([1], [2], 0),
        ([1, 2, 3], [1, 2, 4, 5], 2),
        ([1, 2, 3], [0, 2, 3], 0),
    ],
)
def test_by_hand(left, right, expected):
    assert first_difference(left, right) == expected


@given(TOKENS, TOKENS)
def test_everything_before_is_shared_and_the_two_tokens_differ(left, right):
    step = first_difference(left, right)
    assert step == first_difference(right, left)
    shared = min(len(left), len(right)) if step is None else step
    assert left[:shared] == right[:shared]
    assert step is None or left[step] != right[step]
