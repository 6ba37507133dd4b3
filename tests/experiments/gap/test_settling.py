"""Settling depths by hand, by every definition."""

import numpy as np
import pytest

from crosspatch.experiments.gap.settling import settled_blocks, settling_quantities
from planted_readings import by_hand


def settled(name, depth=5, **rows):
    cosines = np.array([rows.pop("cosines", [1.0] * depth)])
    found = settling_quantities(settled_blocks(by_hand(depth, **rows), cosines))
    return found[f"settled_{name}"].item(), found[f"missed_{name}"].item()


@pytest.mark.parametrize(
    ("name", "rows", "depth"),
    [
        ("top", {"top": [7, 1, 7, 7, 7]}, 0.5),
        ("top", {"top": [7, 7, 7, 7, 7]}, 0.0),
        ("top", {"top": [7, 7, 7, 7, 2]}, 1.0),
        ("five", {"top": [9, 9, 9, 9, 3], "five": [[1, 2, 3, 4, 5], [6, 7, 8, 9, 1], *[[3, 1, 2, 4, 5]] * 3]}, 0.5),
        ("within_010", {"kl_to_final": [0.05, 0.2, 0.05, 0.09, 0.0]}, 0.5),
        ("within_020", {"kl_to_final": [0.05, 0.2, 0.05, 0.09, 0.0]}, 0.5),
        ("within_050", {"kl_to_final": [0.05, 0.2, 0.05, 0.09, 0.0]}, 0.0),
        ("near_010", {"kl_to_final": [0.05, 0.2, 0.3, 0.2, 0.0]}, 0.0),
        ("near_005", {"kl_to_final": [0.04, 0.2, 0.3, 0.2, 0.0]}, 1.0),
        ("near_three_010", {"kl_to_final": [0.05, 0.2, 0.25, 0.2, 0.0]}, 0.0),
        ("near_three_010", {"kl_to_final": [0.05, 0.2, 0.35, 0.2, 0.0]}, 1.0),
        (
            "three",
            {"top": [9] * 4 + [3], "five": [[1, 2, 4, 3, 5], *[[1, 2, 3, 4, 5]] * 2, *[[3, 1, 2, 4, 5]] * 2]},
            0.25,
        ),
        ("entropy", {"entropy": [1.0, 3.0, 1.1, 0.9, 1.0]}, 0.5),
        ("entropy", {"entropy": [0.1, 3.0, 0.1, 0.1, 0.25]}, 0.5),
        ("certain", {"entropy": [0.1, 3.0, 0.1, 0.3, 0.1]}, 1.0),
        ("cosine_080", {"cosines": [0.9, 0.7, 0.8, 0.85, 1.0]}, 0.5),
        ("cosine_090", {"cosines": [0.9, 0.7, 0.8, 0.85, 1.0]}, 1.0),
        ("cosine_095", {"cosines": [0.96, 0.95, 0.99, 0.97, 1.0]}, 0.0),
        ("cosine_099", {"cosines": [0.96, 0.95, 0.99, 0.97, 1.0]}, 1.0),
    ],
)
def test_settling_depths_by_hand(name, rows, depth):
    assert settled(name, **rows) == (depth, 0.0)


def test_most_blocks_from_one_on_are_nine_of_ten():
    gaps = [9.0, 0.01, 9.0, *[0.01] * 9, 0.0]
    assert settled("most_within_010", 13, kl_to_final=gaps) == (1 / 12, 0.0)
    assert settled("within_010", 13, kl_to_final=gaps) == (3 / 12, 0.0)


def test_a_lens_whose_last_block_is_not_the_end_has_misses():
    depth, missed = settled("top", top=[1, 2, 3, 3, 3], final_top=4)
    assert np.isnan(depth)
    assert missed == 1.0
    assert settled("within_010", kl_to_final=[1.0, 1.0, 1.0, 0.05, 0.3])[1] == 1.0
    assert settled("certain", entropy=[0.1, 0.1, 0.1, 0.1, 0.3])[1] == 1.0, "under any lens"
