"""The palette in greyscale and to colour-blind readers; number and label formats; the grid of small panels."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from crosspatch.errors import TableError
from crosspatch.figures.columns import need_columns
from crosspatch.figures.style import (
    COLOURS,
    HATCHES,
    MARKERS,
    number,
    with_minus,
)  # fmt: skip

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
TOGETHER = [("portable", "matched", "interaction"), ("base", "tuned"), ("base", "tuned", "neutral")]
PAIRS = list(itertools.combinations(COLOURS, 2))


def lab(colour, seen=None):
    """CIE L*a*b* of a colour, as seen by everyone or through a matrix of colour blindness."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = linear if seen is None else np.clip(seen @ linear, 0, 1)
    ratio = XYZ @ linear / WHITE
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def test_lab_of_known_colours():
    np.testing.assert_allclose(lab("white"), [100, 0, 0], atol=0.02)
    np.testing.assert_allclose(lab("red"), [53.24, 80.09, 67.20], atol=0.1)


@pytest.mark.parametrize("group", TOGETHER)
def test_colours_of_one_figure_are_far_apart_in_greyscale(group):
    for one, other in itertools.combinations(group, 2):
        assert abs(lab(COLOURS[one])[0] - lab(COLOURS[other])[0]) >= 10, (one, other)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_all_meanings_differ_in_lightness(one, other):
    assert abs(lab(COLOURS[one])[0] - lab(COLOURS[other])[0]) >= 6.5


@pytest.mark.parametrize("seen", [None, DEUTERANOPIA, PROTANOPIA], ids=["everyone", "deuteranopia", "protanopia"])
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_all_meanings_differ_to_colour_blind_readers(one, other, seen):
    assert np.linalg.norm(lab(COLOURS[one], seen) - lab(COLOURS[other], seen)) >= 25


def test_every_colour_stands_out_from_white_paper():
    assert all(lab(colour)[0] < 80 for colour in COLOURS.values())


@pytest.mark.parametrize("group", TOGETHER)
def test_markers_of_one_figure_differ(group):
    assert len({MARKERS[meaning] for meaning in group}) == len(group)


def test_bars_differ_in_hatch():
    assert HATCHES["portable"] != HATCHES["matched"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.675, "1.68"), (-0.154, "\N{MINUS SIGN}0.15"), (-0.001, "0.00"), (0, "0.00"), (12.3456, "12.35")],
)
def test_numbers(value, text):
    assert number(value) == text


def test_small_numbers_may_have_more_decimals():
    assert number(-0.0014, 3) == "\N{MINUS SIGN}0.001"


def test_numbers_have_a_real_minus_sign():
    assert with_minus("-0.15 [-0.30, 0.10]") == "\N{MINUS SIGN}0.15 [\N{MINUS SIGN}0.30, 0.10]"


def test_missing_columns_and_rows_are_named():
    with pytest.raises(TableError, match=r"figure x: the table lacks the columns \['b'\]; do this"):
        need_columns(pd.DataFrame({"a": [1]}), ["a", "b"], "figure x", "do this")
    with pytest.raises(TableError, match=r"figure x: the table has no rows; do this"):
        need_columns(pd.DataFrame({"a": []}), ["a"], "figure x", "do this")
