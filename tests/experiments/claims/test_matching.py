"""Which estimate a published number is compared with, and how often one is."""

import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.claims.comparison import judge_by_bands, judge_by_signs
from crosspatch.experiments.claims.matching import join_published, of_controls, of_sections
from crosspatch.experiments.claims.verdict_words import count_estimates
from published_numbers import effects, published, unjoined

NEAR_ZERO = {"logits": 0.10, "percent": 5}
BANDS = {"pair": 0.10, "balanced": 0.05, "percent": 5, "count": 5}


def test_a_mean_without_a_pair_that_the_study_lacks_is_its_mean():
    ours = effects({"scope": "balanced", "value": 2.0}, {"scope": "mine"})
    named = published({"scope": "balanced without qwen25_32b", "value": 1.0})
    assert join_published(ours, named)["value"].item() == 2.0
    measured = effects({"scope": "balanced", "value": 2.0}, {"scope": "qwen25_32b"},
                       {"scope": "balanced without qwen25_32b", "value": 3.0})  # fmt: skip
    assert join_published(measured, named)["value"].item() == 3.0
    left = measured[measured["scope"] != "balanced without qwen25_32b"]
    assert join_published(left, named)["value"].isna().all()


def test_a_mean_without_several_pairs_is_that_of_a_study_that_has_none_of_them():
    named = published({"scope": "balanced without one, two", "value": 1.0})
    ours = effects({"scope": "balanced", "value": 2.0}, {"scope": "mine"})
    assert join_published(ours, named)["value"].item() == 2.0
    assert join_published(ours, named, own={"mine"}, theirs={"one", "two", "mine"})["value"].item() == 2.0
    assert join_published(ours, named, own={"mine"}, theirs={"one", "mine", "other"})["value"].isna().all()
    one_of_them = effects({"scope": "balanced", "value": 2.0}, {"scope": "two"}, {"scope": "balanced without two"})
    assert join_published(one_of_them, named)["value"].isna().all()


def test_estimates_of_what_has_no_readout_are_compared_counted_and_named():
    none = {"readout": None, "precision": None, "control": "gap", "effect": "gap_final_half"}
    pairs = [none | {"scope": pair, "value": value} for pair, value in {"one": 1.0, "two": -0.5}.items()]
    mean = none | {"scope": "balanced", "value": 0.25}
    theirs = published(
        none | {"scope": "balanced", "unit": "nats", "value": 0.2},
        none | {"scope": "balanced", "column": "n_pairs_positive", "unit": "families", "value": 2},
        {"control": "gap", "effect": "gap_final_half", "scope": "balanced"},  # of a readout, which ours has not
        unjoined(),
    )
    joined = join_published(effects(*pairs, mean), theirs)
    assert joined["value"].tolist()[:2] == [0.25, 1.0]
    assert joined["value"].isna().tolist() == [False, False, True, True]
    assert joined["estimate"].tolist()[0] == "gap_final_half | balanced | gap | all | value"


def test_rows_that_are_compared_with_one_number_name_it_alike():
    mean = {"scope": "balanced", "value": 2.0}
    ours = effects(mean, mean | {"method": "normal"}, mean | {"method": "pair_range", "low": 1.0, "high": 3.0},
                   mean | {"method": "pair_median", "value": 1.9}, {"value": 1.4})  # fmt: skip
    whole = {"scope": "balanced"}
    theirs = published(
        whole, whole | {"method": "normal"}, {"scope": "balanced without qwen25_32b"},  # one: the mean
        whole | {"method": "pair_median"}, whole | {"method": "pair_range", "column": "low"},
        whole | {"method": "pair_range", "column": "high"}, {"value": 1.5}, {"value": 1.6},  # two rows of one pair
        {"column": "n_events", "unit": "count"}, {"scope": "absent"}, unjoined(),
    )  # fmt: skip
    judged = judge_by_signs(join_published(ours, theirs), NEAR_ZERO)
    assert judged["estimate"].isna().tolist() == [False] * 9 + [True] * 2
    assert (
        judged["estimate"].tolist()[0] == "interaction | balanced | headline | all | common_tuned | checkpoint | value"
    )
    numbers = judged["estimate"].tolist()
    assert len({*numbers[:3]}) == len({*numbers[6:8]}) == 1
    assert count_estimates(judged) == "11 rows, 6 estimates"
    assert count_estimates(judged.iloc[:3]) == "3 rows, 1 estimate"
    assert count_estimates(judged.iloc[:1]) == "1 row, 1 estimate"


def test_pairs_and_their_prompts_are_counted_over_the_pairs_of_a_mean():
    # Three pairs of different numbers of prompts; the third is an extra pair, which no mean is taken without.
    pairs = [
        {"scope": "one", "value": 1.0, "n_prompts": 600},
        {"scope": "two", "value": -0.5, "n_prompts": 40},
        {"scope": "extra", "value": 2.0, "n_prompts": 7},
    ]
    means = [
        {"scope": scope, "n_prompts": 600} for scope in ("balanced", "balanced without one", "balanced without two")
    ]
    theirs = published(
        *({"scope": scope, "column": "n_pair_prompts", "unit": "count", "value": 640} for scope in ("balanced", "one")),
        {"scope": "balanced", "column": "n_pairs_positive", "unit": "families", "value": 2},
        {"scope": "balanced without two", "column": "n_pairs_positive", "unit": "families", "value": 1},
        {"scope": "balanced without one", "column": "n_pair_prompts", "unit": "count", "value": 41},
    )
    judged = judge_by_bands(join_published(effects(*pairs, *means), theirs), BANDS)
    assert judged["value"].tolist() == [640.0, 600.0, 1.0, 1.0, 40.0]
    # Five events more or less count as reproduced; a family more or less does not.
    assert judged["verdict"].tolist() == ["reproduced", "differs", "differs", "reproduced", "reproduced"]
    other_models = join_published(effects({"scope": "mine"}, {"scope": "balanced"}), theirs.iloc[2:3])
    assert judge_by_signs(other_models, NEAR_ZERO)[["value", "verdict"]].values.tolist() == [[1.0, "not compared"]]


def test_what_is_one_number_by_construction_is_one_estimate():
    whole = {"value": 1.25, "n_events": 320}
    reference = {"control": "selection", "arm": "first divergence"}
    last, later = {"control": "depth", "arm": "last 3 blocks"}, {"arm": "consistent"}
    ours = effects(whole, whole | reference, last | {"value": 1.2500001}, whole | later | {"value": 1.0})
    count = {"column": "n_events", "unit": "count", "value": 600}
    theirs = published({"value": 1.5}, reference, last, count, count | later)
    names = join_published(ours, theirs)["estimate"].tolist()
    assert names[0] == names[1] == "interaction | qwen3_4b | headline | all | common_tuned | checkpoint | value"
    assert len({*names}) == 4  # numbers of events may be alike by chance


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ({"one", "two", "qwen25_32b"}, ["balanced", "balanced without qwen25_32b", "qwen3_4b"]),
        ({"one", "two"}, ["", "balanced", "qwen3_4b"]),  # the mean of the study, under its published name
        ({"one", "mine"}, ["", "", "qwen3_4b"]),
        ({"one", "two", "mine", "qwen25_32b"}, ["", "", "qwen3_4b"]),
    ],
)
def test_a_mean_over_other_pairs_is_not_the_published_one(own, found):
    scopes = ["balanced", *(f"balanced without {pair}" for pair in own), *own, "qwen3_4b"]
    theirs = published(
        *({"scope": scope, "value": 1.5} for scope in ("balanced", "balanced without qwen25_32b", "qwen3_4b"))
    )
    ours = effects(*({"scope": scope} for scope in dict.fromkeys(scopes)))
    joined = join_published(ours, theirs, own=own, theirs={"one", "two", "qwen25_32b"})
    assert joined["estimate"].str.split(" | ", regex=False).str[1].fillna("").tolist() == found
    assert joined["value"].notna().tolist() == [scope != "" for scope in found]


def test_numbers_of_other_places_than_the_studys_are_not_compared():
    ours = effects({"value": 1.5}, {"control": "lineage olmo2", "arm": "stage SFT", "value": 0.8})
    theirs = published({"value": 1.5}, {"control": "lineage olmo2", "arm": "stage SFT", "value": 0.77})
    theirs = theirs.assign(section=["Table B.1", "Table F.6"], rule=["estimate_effects", "estimate_lineage"])
    kept = judge_by_bands(join_published(ours, of_sections(theirs, ["Table F.6"])), BANDS)
    assert kept["verdict"].tolist() == ["not compared", "reproduced"]
    assert kept["rule"].tolist() == theirs["rule"].tolist()
    assert judge_by_bands(join_published(ours, of_sections(theirs, None)), BANDS)["verdict"].eq("reproduced").all()
    with pytest.raises(TableError, match=r"claims/sections names 'Table F.7', where no published number stands; known"):
        of_sections(theirs, ["Table F.7", "Table F.6"])


def test_numbers_of_other_controls_than_the_studys_are_not_compared():
    ours = effects({"value": 1.5}, {"control": "mixture", "arm": "mixture", "value": 1.8})
    theirs = published({"value": 1.5}, {"control": "mixture", "arm": "mixture", "value": 1.81}, unjoined())
    kept = join_published(ours, of_controls(theirs, ["mixture"]))
    assert kept["value"].fillna(0).tolist() == [0, 1.8, 0]
    assert kept["published"].tolist() == theirs["value"].tolist()
    assert join_published(ours, of_controls(theirs, None))["value"].fillna(0).tolist() == [1.5, 1.8, 0]
    with pytest.raises(TableError, match=r"claims/controls names 'mixtures', where no published number stands; known"):
        of_controls(theirs, ["mixture", "mixtures"])
