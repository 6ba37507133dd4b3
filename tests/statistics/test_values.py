"""Means of per-prompt values: hand-computed cases, scipy as second route, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crosspatch.errors import MeasurementError
from crosspatch.records.estimates import COLUMNS
from crosspatch.statistics import values as control_values
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of

NAMES = [*"abc", *(f"p{number:02d}" for number in range(40))]
PROMPTS = pd.DataFrame({"prompt_id": NAMES, "category": "facts", "base_token": range(43), "tuned_token": None})
PROMPTS["template"] = [f"t{number // 4}" for number in range(43)]
PLAN = Plan("windows", seed=5, draws=4000, level=0.9)


def table(pair, rows):
    """Return a `control_values` table of (prompt, quantity, value, step) rows."""
    usual = {"pair": pair, "arm": "early", "readout": None, "precision": None}
    frame = pd.DataFrame(rows, columns=["prompt_id", "quantity", "value", "step"])
    return frame.assign(**usual)


def estimate_values(frames, balanced, plan):
    """Estimate values of prompts p00, p01, ... whose templates are t0 (p00 to p03), t1 and so on."""
    return control_values.estimate_values(frames, {pair: clusters_of(PROMPTS) for pair in frames}, balanced, plan)


def one_event(pair, values, quantity="slope"):
    return table(pair, [(f"p{number:02d}", quantity, value, 0) for number, value in enumerate(values)])


def found(rows, scope, effect="slope", method="prompt"):
    (row,) = rows[(rows["scope"] == scope) & (rows["effect"] == effect) & (rows["method"] == method)].itertuples()
    return row


def test_values_of_a_prompt_then_prompts_then_pairs_are_averaged():
    frames = {
        "one": table("one", [("a", "slope", 1.0, 0), ("a", "slope", 3.0, 2), ("b", "slope", 4.0, 0)]),
        "two": table("two", [("a", "slope", 9.0, 0)]),
    }
    rows = estimate_values(frames, ["one", "two"], PLAN)
    assert found(rows, "one").value == 3.0
    assert found(rows, "two").value == 9.0
    assert found(rows, "balanced").value == 6.0
    assert found(rows, "pooled").value == 5.0
    assert (found(rows, "balanced").n_prompts, found(rows, "pooled").n_prompts) == (2, 3)
    assert np.isnan(found(rows, "two").low)  # one prompt cannot be resampled
    assert np.isfinite(found(rows, "one").low)
    assert list(rows.columns) == list(COLUMNS)


def test_the_interval_is_that_of_scipy():
    values = np.random.default_rng(1).exponential(size=40)
    row = found(estimate_values({"one": one_event("one", values)}, ["one"], PLAN), "one")
    rng = np.random.default_rng(row.seed)
    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, confidence_level=0.9, method="percentile", rng=rng
    ).confidence_interval
    np.testing.assert_allclose([row.low, row.high], expected, atol=1e-8)


def test_a_quantity_that_a_pair_lacks_does_not_count_there():
    frames = {"one": one_event("one", [1.0, 2.0]), "two": one_event("two", [5.0, 6.0], quantity="other")}
    rows = estimate_values(frames, ["one", "two"], PLAN)
    assert found(rows, "balanced").value == 1.5
    assert found(rows, "balanced").n_pairs == 1
    having = set(rows.loc[rows["effect"] == "slope", "scope"])  # where no prompt is, there is no estimate
    assert having == {"one", "balanced", "pooled", "balanced without two", "pooled without two"}


def test_ratios_are_of_means_and_paired():
    values = np.array([1.0, -2.0, 3.0, 6.0])
    parts = [one_event("one", 3 * values, "absolute_displacement"), one_event("one", values, "interaction")]
    rows = estimate_values({"one": pd.concat(parts)}, ["one"], PLAN)
    ratio = found(rows, "one", "displacement_ratio")
    assert ratio.value == pytest.approx(3.0)
    assert (ratio.low, ratio.high) == pytest.approx((3.0, 3.0))


def test_pairs_outside_the_mean_change_no_mean():
    frames = {name: one_event(name, [float(place), 1.0]) for place, name in enumerate(["one", "two", "extra"])}
    whole = estimate_values(frames, ["one", "two"], PLAN)
    assert found(whole, "balanced").value == 0.75
    assert found(whole, "extra").value == 1.5


def test_a_value_that_is_not_finite_is_named():
    with pytest.raises(MeasurementError, match=r"pair 'one', prompt 'p01': slope of arm 'early' is nan, not finite"):
        estimate_values({"one": one_event("one", [1.0, np.nan])}, ["one"], PLAN)


def test_templates_are_drawn_whole_and_shared_by_pairs_in_the_heap():
    values = np.repeat([0.0, 4.0, 8.0], 4)
    prompts = PROMPTS.assign(template=[f"t{max(number - 3, 0) // 4}" for number in range(43)])
    frames = {pair: one_event(pair, values) for pair in ("one", "two")}
    clusters = {pair: clusters_of(prompts) for pair in frames}
    rows = control_values.estimate_values(frames, clusters, ["one", "two"], PLAN)
    for scope in ("one", "balanced", "pooled"):
        row = found(rows, scope, method="cluster_template")
        drawn = np.array([0.0, 4.0, 8.0])[np.random.default_rng(row.seed).integers(0, 3, (4000, 3))].mean(axis=1)
        assert (row.value, row.n_clusters) == (4.0, 3)
        np.testing.assert_allclose([row.low, row.high], np.quantile(drawn, [0.05, 0.95]), atol=1e-8)
        assert row.high - row.low > 1.5 * (found(rows, scope).high - found(rows, scope).low)
    assert rows.loc[rows["scope"] == "balanced without one", "method"].unique().tolist() == ["prompt"]


def test_a_prompt_that_is_not_the_pairs_is_named():
    with pytest.raises(MeasurementError, match=r"pair 'one', prompt 'zz': not among the pair's prompts"):
        estimate_values({"one": table("one", [("zz", "slope", 1.0, 0)])}, ["one"], PLAN)
