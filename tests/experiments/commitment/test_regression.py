"""Least squares within families: against explicit dummies and numpy's own least squares."""

import numpy as np
import pytest

from crosspatch.experiments.commitment.regression import gram_of, intercept, slopes


def rows_of(rng, prompts, shift, *, coefficients, noise=0.5):
    """Two rows per prompt: a margin, an indicator, and an outcome that is linear in both."""
    margin = rng.normal(shift, 2.0, (prompts, 2))
    tuned = np.tile([0.0, 1.0], (prompts, 1))
    outcome = shift + coefficients[0] * margin + coefficients[1] * tuned + noise * rng.normal(size=margin.shape)
    return np.stack([margin, tuned, outcome], -1)[:, :, np.newaxis, :]  # [prompt, row, view, column]


def summed(rows, kept=None):
    return gram_of(rows, np.ones(rows.shape[:3], dtype=bool) if kept is None else kept).sum(axis=0)


COUNTS = np.array([True])


def dummies(families, weights=None):
    """The coefficients of an explicit design with one dummy per family, by numpy's least squares."""
    design, outcome, scale = [], [], []
    for place, rows in enumerate(families):
        flat = rows.reshape(-1, rows.shape[-1])
        design.append(np.hstack([np.eye(len(families))[[place] * len(flat)], flat[:, :-1]]))
        outcome.append(flat[:, -1])
        scale.append(np.full(len(flat), len(flat) ** -0.5))
    scale = np.concatenate(scale)
    found, *_ = np.linalg.lstsq(scale[:, None] * np.vstack(design), scale * np.concatenate(outcome), rcond=None)
    return found


@pytest.mark.parametrize("sizes", [(40,), (30, 30, 30), (9, 50, 21)])
def test_slopes_are_those_of_a_design_with_a_dummy_per_family(sizes):
    rng = np.random.default_rng(1)
    families = [rows_of(rng, size, 3.0 * place, coefficients=(0.7, 1.9)) for place, size in enumerate(sizes)]
    grams, counted = [summed(rows) for rows in families], [COUNTS] * len(sizes)
    expected = dummies(families)
    np.testing.assert_allclose(slopes(grams, counted)[0], expected[len(sizes) :], rtol=1e-8)
    assert intercept(grams, counted)[0] == pytest.approx(expected[: len(sizes)].mean(), rel=1e-7)


def test_one_regressor_and_one_family_is_a_straight_line():
    rng = np.random.default_rng(2)
    x, y = rng.normal(4, 1, 25), rng.normal(size=25)
    grams = [summed(np.stack([x, y], -1)[:, np.newaxis, np.newaxis])]
    slope, start = np.polyfit(x, y, 1)
    assert slopes(grams, [COUNTS])[0, 0] == pytest.approx(slope)
    assert intercept(grams, [COUNTS])[0] == pytest.approx(start)


def test_a_linear_world_gives_its_coefficients_whatever_the_family_intercepts():
    rng = np.random.default_rng(3)
    families = [rows_of(rng, 12, shift, coefficients=(-0.25, 2.5), noise=0.0) for shift in (-7.0, 0.0, 11.0)]
    found = slopes([summed(rows) for rows in families], [COUNTS] * 3)
    np.testing.assert_allclose(found[0], [-0.25, 2.5], rtol=1e-6)


def test_rows_that_are_not_kept_do_not_exist():
    rng = np.random.default_rng(4)
    rows = rows_of(rng, 20, 0.0, coefficients=(1.0, 1.0))
    kept = rng.random(rows.shape[:3]) < 0.6
    gram = summed(rows, kept)
    flat = rows[kept]
    expected = dummies([flat[:, np.newaxis, np.newaxis, :]])
    np.testing.assert_allclose(slopes([gram], [COUNTS])[0], expected[1:], rtol=1e-8)


def test_a_family_that_does_not_count_changes_nothing():
    rng = np.random.default_rng(5)
    grams = [summed(rows_of(rng, 20, place, coefficients=(1.0, 2.0))) for place in (0, 1)]
    nothing = np.zeros_like(grams[0])
    some = [*grams, nothing]
    counted = [COUNTS, COUNTS, ~COUNTS]
    np.testing.assert_array_equal(slopes(some, counted), slopes(grams, [COUNTS] * 2))
    np.testing.assert_array_equal(intercept(some, counted), intercept(grams, [COUNTS] * 2))


@pytest.mark.parametrize(
    "margin",
    [np.full(10, 0.1), np.tile([0.0, 1.0], 5), 3.3 - 2 * np.tile([0.0, 1.0], 5)],
    ids=["constant", "the indicator", "linear in the indicator"],
)
def test_rows_that_do_not_determine_the_coefficients_give_none(margin):
    tuned, outcome = np.tile([0.0, 1.0], 5), np.random.default_rng(6).normal(size=10)
    gram = summed(np.stack([margin, tuned, outcome], -1)[:, np.newaxis, np.newaxis])
    assert np.isnan(slopes([gram], [COUNTS])).all()


def test_draws_and_views_are_axes():
    rng = np.random.default_rng(7)
    grams = np.stack([summed(rows_of(rng, 15, 0.0, coefficients=(1.0, 2.0))) for _ in range(6)]).reshape(3, 2, 4, 4)
    found = slopes([grams], [np.array([True, True])])
    assert found.shape == (3, 2, 2)
    np.testing.assert_array_equal(found[1, 1], slopes([grams[1, 1:]], [COUNTS])[0])
