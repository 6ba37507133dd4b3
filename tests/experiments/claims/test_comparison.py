"""Published numbers beside ours: each verdict on a case worked out by hand."""

import pandas as pd
import pytest

from crosspatch.experiments.claims.comparison import COLUMNS, judge_by_bands, judge_by_signs
from crosspatch.experiments.claims.matching import join_published
from published_numbers import effects, published, unjoined

NEAR_ZERO = {"logits": 0.10, "percent": 5}
BANDS = {"pair": 0.10, "balanced": 0.05, "percent": 5, "count": 5}


def by_bands(ours, theirs):
    return judge_by_bands(join_published(effects(ours), published(theirs)), BANDS).iloc[0]


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        ({"value": 1.5, "low": 1.49, "high": 1.51}, {"value": 1.6}, "reproduced"),  # .10 is within .10
        ({"value": 1.5, "low": 1.49, "high": 1.51}, {"value": 1.61}, "differs"),
        ({"value": 1.5, "low": 1.2, "high": 1.8}, {"value": 1.75}, "reproduced"),  # within our interval
        ({"value": 1.5, "low": 1.4, "high": 1.6}, {"value": 1.75, "low": 1.6, "high": 1.9}, "reproduced"),  # they touch
        ({"value": 1.5, "low": 1.4, "high": 1.6}, {"value": 1.75, "low": 1.61, "high": 1.9}, "differs"),
        # Intervals that overlap, of numbers of other signs:
        ({"value": 0.54, "low": 0.5, "high": 0.6}, {"value": -0.04, "low": -0.1, "high": 0.55}, "differs"),
        ({"value": -1.5, "low": -1.6, "high": -1.4}, {"value": -1.45}, "reproduced"),
        ({"value": 1.5, "low": None, "high": None}, {"value": 1.7}, "differs"),
    ],
)
def test_a_pair_is_reproduced_within_a_tenth_or_where_intervals_overlap(ours, theirs, verdict):
    assert by_bands(ours, theirs)["verdict"] == verdict


@pytest.mark.parametrize(("difference", "verdict"), [(0.05, "reproduced"), (0.06, "differs")])
def test_a_mean_over_pairs_has_the_narrower_band(difference, verdict):
    narrow = {"scope": "balanced", "method": "normal", "value": 1.5, "low": 1.49, "high": 1.51}
    row = by_bands(narrow, {"scope": "balanced", "method": "normal", "value": 1.5 + difference})
    assert row["verdict"] == verdict
    assert row["difference"] == pytest.approx(-difference)


def test_nats_have_the_bands_of_logits_and_other_units_their_intervals_only():
    judged = {
        unit: by_bands({"value": 1.5, "low": 1.49, "high": 1.51}, {"value": 1.55, "unit": unit})["verdict"]
        for unit in ("logits", "nats", "flips")
    }
    assert judged == {"logits": "reproduced", "nats": "reproduced", "flips": "differs"}


def test_the_least_pair_has_the_band_of_a_pair():
    ours = {"scope": "balanced", "method": "pair_range", "value": 9.0, "low": 1.3, "high": 2.0}
    row = by_bands(ours, {"scope": "balanced", "method": "pair_range", "column": "low", "value": 1.39})
    assert (row["value"], row["verdict"]) == (1.3, "reproduced")
    assert pd.isna(row["low"])


def test_shares_are_compared_in_percent_and_counts_in_events():
    rows = effects({}, {"arm": "position >= 3", "n_events": 150})
    theirs = published(
        {"arm": "position >= 3", "column": "share_inside", "unit": "percent", "value": 28.0},
        {"arm": "position >= 3", "column": "share_outside", "unit": "percent", "value": 81.0},
        {"column": "n_events", "unit": "count", "value": 596},
        {"column": "n_events", "unit": "count", "value": 594},
    )
    judged = judge_by_bands(join_published(rows, theirs), BANDS)
    assert judged["value"].tolist() == [25.0, 75.0, 600.0, 600.0]
    assert judged["difference"].tolist() == [-3.0, -6.0, 4.0, 6.0]
    assert judged["verdict"].tolist() == ["reproduced", "differs", "reproduced", "differs"]


def test_a_ratio_has_no_band_only_intervals():
    ours = {"effect": "matched_over_portable", "value": 3.2, "low": 3.1, "high": 3.3}
    theirs = {"effect": "matched_over_portable", "unit": "times"}
    assert by_bands(ours, theirs | {"value": 3.25})["verdict"] == "reproduced"
    assert by_bands(ours, theirs | {"value": 3.31})["verdict"] == "differs"


def test_what_has_no_estimate_is_not_yet_measured_or_not_compared():
    theirs = published({"scope": "gemma3_4b", "value": 6.1}, unjoined(), unjoined(rule=None))
    for judged in (
        judge_by_bands(join_published(effects({}), theirs), BANDS),
        judge_by_signs(join_published(effects({}), theirs), NEAR_ZERO),
    ):
        assert judged["verdict"].tolist() == ["not yet measured", "not compared", "not yet measured"]
        assert judged[["value", "difference", "intervals_overlap", "same_sign"]].isna().all(axis=None)


def test_a_missing_estimate_is_not_yet_measured():
    assert by_bands({"value": None, "low": None, "high": None}, {"value": 1.5})["verdict"] == "not yet measured"


def test_of_other_models_only_signs_are_compared():
    rows = effects(
        {"value": 9.0, "low": 8.0, "high": 10.0},
        {"effect": "portable", "value": -0.1, "low": -0.2, "high": -0.05},
        {"effect": "matched", "value": -0.5, "low": -0.6, "high": -0.4},
    )
    theirs = published(
        {"value": 1.5}, {"effect": "portable", "value": 0.8}, {"effect": "matched", "value": 2.0},
        {"column": "n_events", "unit": "count", "value": 600},
    )  # fmt: skip
    judged = judge_by_signs(join_published(rows, theirs), NEAR_ZERO)
    assert judged["verdict"].tolist() == ["same sign", "other sign", "other sign", "not compared"]
    assert judged["same_sign"].tolist()[:3] == [True, False, False]
    assert judged[["difference", "intervals_overlap"]].isna().all(axis=None)


def test_every_published_row_is_there_once_in_its_order_with_all_columns():
    theirs = published({"value": 1.0}, unjoined(), {"value": 2.0}, {"scope": "other", "value": 3.0})
    judged = judge_by_bands(join_published(effects({}, {"scope": "third"}), theirs), BANDS)
    assert judged["claim"].tolist() == ["c0", "c1", "c2", "c3"]
    assert list(judged.columns) == list(COLUMNS)


def test_the_same_arm_of_a_control_is_another_number():
    both = effects({"value": 3.0}, {"control": "depth", "value": 0.4, "low": 0.3, "high": 0.5})
    row = judge_by_bands(join_published(both, published({"control": "depth", "value": 0.38})), BANDS)
    assert row[["value", "verdict"]].iloc[0].tolist() == [0.4, "reproduced"]


def by_signs(ours, theirs):
    return judge_by_signs(join_published(effects(ours), published(theirs)), NEAR_ZERO).iloc[0]


@pytest.mark.parametrize(
    ("ours", "theirs", "by_band", "by_sign"),
    [
        # The published future pair has no interval: .059 is within .10 of 0, and so is -.052.
        ((-0.052, -0.2, 0.1), (0.059, None, None), "both near zero", "both near zero"),
        ((-0.052, -0.09, -0.01), (0.059, None, None), "both near zero", "both near zero"),  # both within the band
        ((0.3, -0.1, 0.7), (-0.2, -0.5, 0.1), "both near zero", "both near zero"),  # both intervals hold 0
        ((0.3, -0.1, 0.7), (0.2, -0.5, 0.9), "both near zero", "both near zero"),  # of one sign, but of none surely
        ((0.3, 0.0, 0.7), (0.2, -0.5, 0.0), "both near zero", "both near zero"),  # 0 is in an interval that ends there
        ((0.05, None, None), (0.2, -0.1, 0.5), "both near zero", "both near zero"),
        ((0.3, -0.1, 0.7), (0.2, 0.1, 0.3), "reproduced", "one near zero"),
        ((-0.3, -0.7, 0.1), (1.7, 1.6, 1.8), "differs", "one near zero"),
        ((-0.3, -0.7, -0.1), (0.05, None, None), "differs", "one near zero"),
        ((-0.3, -0.7, -0.1), (0.11, None, None), "differs", "other sign"),
        ((0.06, 0.05, 0.07), (0.11, None, None), "reproduced", "same sign"),  # an interval says more than the band
    ],
)
def test_two_numbers_near_zero_are_neither_agreement_nor_of_other_signs(ours, theirs, by_band, by_sign):
    rows = [dict(zip(("value", "low", "high"), numbers, strict=True)) for numbers in (ours, theirs)]
    assert by_bands(*rows)["verdict"] == by_band
    assert by_signs(*rows)["verdict"] == by_sign


def test_near_zero_is_in_the_unit_of_the_row():
    share = {"effect": "retention", "control": "selection", "arm": "future pair"}
    ours, theirs = share | {"value": -0.03, "low": -0.1, "high": 0.02}, share | {"unit": "percent"}
    assert by_signs(ours, theirs | {"value": 3})["verdict"] == "both near zero"
    assert by_signs(ours, theirs | {"value": 6})["verdict"] == "one near zero"
    assert by_bands(ours, theirs | {"value": 3})["verdict"] == "both near zero"


def test_an_arm_divided_by_itself_cannot_differ():
    itself = {
        "effect": "retention",
        "control": "selection",
        "arm": "first divergence",
        "value": 1.0,
        "low": 1.0,
        "high": 1.0,
    }
    theirs = {"effect": "retention", "control": "selection", "arm": "first divergence", "unit": "percent", "value": 52}
    assert by_signs(itself, theirs)["verdict"] == "cannot differ"
    assert by_bands(itself, theirs)["verdict"] == "cannot differ"
    other = itself | {"low": 0.9, "high": 1.1}  # 1 by chance
    assert (by_signs(other, theirs)["verdict"], by_bands(other, theirs)["verdict"]) == ("same sign", "differs")


@pytest.mark.parametrize("effect", ["picks_donor_token", "displacement_ratio"])
def test_the_sign_of_what_is_never_negative_says_nothing(effect):
    ours = {"effect": effect, "value": 0.02, "low": 0.0, "high": 0.04}
    theirs = {"effect": effect, "unit": "percent", "value": 8.8}
    assert by_signs(ours, theirs)["verdict"] == "cannot differ"
    assert by_bands(ours, theirs)["verdict"] == "differs"
    assert by_bands(ours, theirs | {"value": 4.0})["verdict"] == "reproduced"


@pytest.mark.parametrize(
    ("effect", "verdict"),
    [("interaction", "cannot differ"), ("retention", "cannot differ"), ("portable", "both near zero")],
)
def test_an_interaction_of_one_cell_with_itself_cannot_differ(effect, verdict):
    base = {"control": "lineage olmo2", "arm": "stage Base", "effect": effect}
    nothing = {"value": 0.0, "low": 0.0, "high": 0.0}
    assert by_bands(base | nothing, base | {"value": 0.0})["verdict"] == verdict
    measured = {"value": 0.0, "low": -0.1, "high": 0.1}
    assert by_bands(base | measured, base | {"value": 0.0})["verdict"] == "both near zero"


@pytest.mark.parametrize(("ours", "verdict"), [(0.0, "reproduced"), (0.06, "differs")])
def test_a_share_that_is_nothing_has_no_other_sign(ours, verdict):
    base = {"control": "lineage olmo2", "arm": "stage Base", "effect": "picks_tuned_token"}
    row = by_bands(base | {"value": ours, "low": ours, "high": ours}, base | {"value": 0.2, "unit": "percent"})
    assert row["verdict"] == verdict
