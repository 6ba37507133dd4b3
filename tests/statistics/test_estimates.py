"""Estimates of one pair: a table by hand, the laws, missing intervals, and the contract of the table."""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crosspatch.files.tables import read_table, write_table
from crosspatch.records.estimates import KEY
from crosspatch.statistics.estimates import estimate_pair
from crosspatch.statistics.plan import Plan
from lifetimes import output_of

PLAN = Plan("headline", seed=3, draws=400, level=0.95)
POSITIONS = [1, 5]
HAND = [
    {"prompt_id": "a", "step": 0, "category": "facts", "template": "t1", "margins": (-2.0, -1.0, 0.0, 4.0)},
    {"prompt_id": "b", "step": 2, "category": "facts", "template": "t2", "margins": (-1.0, -1.0, 1.0, 2.0)},
    {"prompt_id": "c", "step": 1, "category": "code", "template": "t2", "margins": (0.0, 2.0, 2.0, 6.0)},
    {"prompt_id": "d", "consistent": False, "category": "code", "template": "t3", "margins": (-3.0, 0.0, -1.0, 0.0)},
]


def of_pair(cells, plan=PLAN):
    return estimate_pair(cells, plan, positions=POSITIONS)


def row(frame, effect="interaction", arm="all", method="prompt", scope=None, readout="common_tuned"):
    chosen = frame["effect"].eq(effect) & frame["arm"].eq(arm) & frame["method"].eq(method)
    chosen &= frame["readout"].eq(readout) & frame["precision"].eq("float32")
    chosen &= frame["scope"].eq(scope if scope else frame["scope"].iloc[0])
    (found,) = frame[chosen].to_dict("records")
    return found


@pytest.fixture(scope="module")
def estimates(make_cells):
    return of_pair(make_cells(HAND))


@pytest.mark.parametrize(
    ("effect", "arm", "value", "n_events"),
    [
        ("portable", "all", 6 / 4, 4),  # 1, 0, 2, 3
        ("matched", "all", 10 / 4, 4),  # 4, 1, 4, 1
        ("interaction", "all", 4 / 4, 4),
        ("late_main", "all", 2.0, 4),
        ("native_shift", "all", 18 / 4, 4),  # 6, 3, 6, 3
        ("upstream_main", "all", 2.5, 4),
        ("portable_share", "all", 0.6, 4),  # a mean of the prompts' ratios would be 0.9375
        ("matched_over_portable", "all", 10 / 6, 4),
        ("interaction_share", "all", 4 / 18, 4),
        ("interaction", "consistent", 6 / 3, 3),  # 3, 1, 2
        ("portable", "position >= 1", 1.0, 2),  # 0, 2
        ("interaction", "category code", 0.0, 2),  # 2, -2
        ("portable_share", "category facts", 0.2, 2),
    ],
)
def test_values_by_hand(estimates, effect, arm, value, n_events):
    for method in ("prompt", "normal", "cluster_template", "cluster_tokens"):
        found = row(estimates, effect, arm, method)
        assert found["value"] == pytest.approx(value, abs=1e-15)
        assert (found["n_events"], found["n_prompts"], found["n_pairs"]) == (n_events, n_events, 1)


def test_clusters_are_counted_within_the_arm(estimates):
    assert row(estimates, method="cluster_template")["n_clusters"] == 3
    assert row(estimates, method="cluster_template", arm="position >= 1")["n_clusters"] == 1
    assert row(estimates, method="cluster_tokens")["n_clusters"] == 2
    assert estimates.loc[estimates["method"].eq("prompt"), "n_clusters"].isna().all()


def test_one_unit_and_none_have_no_interval(make_cells, estimates):
    alone = row(estimates, method="cluster_template", arm="position >= 1")
    assert alone["value"] == 1.5
    assert pd.isna([alone[column] for column in ("low", "high", "level", "draws", "seed")]).all()
    lone = row(of_pair(make_cells(HAND[:1])))
    assert lone["value"] == 3.0
    assert pd.isna([lone["low"], lone["high"]]).all()
    empty = row(estimates, arm="position >= 5")
    assert empty["n_events"] == empty["n_prompts"] == empty["n_pairs"] == 0
    assert pd.isna([empty["value"], empty["low"]]).all()


def test_the_normal_interval_is_as_wide_as_the_percentile_interval_around_the_value(estimates):
    percentile, normal = row(estimates), row(estimates, method="normal")
    assert normal["high"] - normal["low"] == pytest.approx(percentile["high"] - percentile["low"], abs=1e-12)
    assert (normal["high"] + normal["low"]) / 2 == pytest.approx(normal["value"], abs=1e-12)
    assert (normal["seed"], normal["draws"]) == (percentile["seed"], percentile["draws"])


def test_constants_give_constants(make_cells):
    margins = (0.25, 1.0, 2.0, 7.0)
    frame = estimate_pair(
        make_cells([{"prompt_id": f"p{n:02d}", "template": f"t{n % 4}", "margins": margins} for n in range(30)]),
        PLAN,
        positions=POSITIONS,
    )
    drawn = frame[frame["low"].notna()]
    assert (drawn["low"] == drawn["value"]).all()
    assert (drawn["high"] == drawn["value"]).all()
    assert row(frame)["low"] == 4.25


def test_equal_late_stacks_and_equal_upstreams_are_zero_exactly_with_their_intervals(make_cells):
    margins = np.random.default_rng(0).normal(size=(50, 4))
    expected = {
        "late": ["portable", "matched", "interaction", "late_main"],
        "upstream": ["interaction", "upstream_main"],
    }
    for equal, columns in {"late": [0, 0, 2, 2], "upstream": [0, 1, 0, 1]}.items():
        events = [{"prompt_id": f"p{n:02d}", "margins": margin[columns]} for n, margin in enumerate(margins)]
        frame = of_pair(make_cells(events))
        for effect in expected[equal]:
            found = row(frame, effect)
            assert (found["value"], found["low"], found["high"]) == (0.0, 0.0, 0.0), (equal, effect)
    share = row(
        of_pair(make_cells([e | {"margins": (1.0, 1.0, 2.0, 2.0)} for e in HAND])),
        "portable_share",
    )
    assert pd.isna([share["value"], share["low"], share["draws"]]).all()


def test_label_swap_flips_values_and_intervals(make_random_cells):
    cells = make_random_cells("one", [f"p{number:02d}" for number in range(40)], 8)
    swapped = cells.assign(margin_float32=-cells["margin_float32"])
    plain, flipped = (row(of_pair(frame)) for frame in (cells, swapped))
    assert flipped["value"] == -plain["value"]
    np.testing.assert_allclose([flipped["low"], flipped["high"]], [-plain["high"], -plain["low"]], rtol=0, atol=1e-12)


def test_events_of_a_prompt_count_once(make_cells):
    events = [*HAND, {"prompt_id": "a", "step": 9, "margins": (0.0, 0.0, 0.0, 5.0)}]
    found = row(of_pair(make_cells(events)))
    assert found["value"] == 5 / 4  # a: (3 + 5) / 2, then 1, 2, -2
    assert (found["n_events"], found["n_prompts"]) == (5, 4)


def test_rows_depend_on_the_pair_and_the_seed_and_not_on_the_order_of_the_cells(three_pairs):
    cells = three_pairs["alpha"]
    first = of_pair(cells)
    shuffled = of_pair(cells.sample(frac=1, random_state=1))
    assert shuffled.to_csv().encode() == first.to_csv().encode()
    assert row(first)["seed"] == PLAN.seed_of("alpha", "prompt")
    renamed = of_pair(cells.assign(pair="beta"))
    reseeded = of_pair(cells, replace(PLAN, seed=4))
    assert len({row(frame)["low"] for frame in (first, renamed, reseeded)}) == 3


def test_the_table_fits_its_schema_in_a_fixed_order(make_random_cells, tmp_path):
    readouts = ("native", "common_base", "common_tuned")
    frame = of_pair(make_random_cells("one", [f"p{n}" for n in range(9)], 2, readouts))
    write_table(frame, tmp_path / "effects.parquet", "estimates")
    assert len(read_table(tmp_path / "effects.parquet", "estimates")) == len(frame) == 4 * 7 * 6 * 9
    assert not frame.duplicated([*KEY, "method"]).any()
    assert list(frame["readout"].unique()) == ["common_tuned", "common_base", "native"]
    assert list(frame["method"].unique()) == ["prompt", "normal", "cluster_template", "cluster_tokens"]
    assert list(frame["arm"].unique()[:4]) == ["all", "consistent", "position >= 1", "position >= 5"]


def test_statistics_need_no_torch():
    code = "import sys, crosspatch.experiments.factorial.zero_tests; sys.exit('torch' in sys.modules)"
    output_of([sys.executable, "-c", code])
