"""The published numbers of the convergence gap: mapped to arms that the study of that name has, and doubted."""

import re
from pathlib import Path

import pytest
import yaml

from crosspatch.experiments.claims.comparison import judge_by_bands, judge_by_signs
from crosspatch.experiments.claims.matching import join_published
from crosspatch.experiments.free_running.names import own_level, passed_in
from crosspatch.experiments.gap.comparisons import COMPARISONS, arm_of, level_of
from crosspatch.experiments.gap.endpoints import OUTCOMES
from crosspatch.experiments.gap.matched_estimates import MATCHED
from crosspatch.experiments.gap.quantities import GAPS
from crosspatch.experiments.gap.written import WRITTEN
from crosspatch.experiments.grafts.names import arm_of as grafted_arm
from crosspatch.experiments.grafts.windows import windows_of
from crosspatch.files.published import read_published
from crosspatch.records.histories import LENSES, READERS, TEACHERS, Reading
from crosspatch.records.numbers import ESTIMATE, OF_ONE_READING
from crosspatch.records.regions import REGIONS

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
STUDY, OURS = (CONFIG["studies"][name] for name in ("convergence_gap", "miniature_gap"))
TWO = "balanced without gemma3_4b, llama31_8b, mistral_7b"
LEVELS = {level_of(Reading(reader, teacher)) for reader in READERS for teacher in TEACHERS}


@pytest.fixture(scope="module")
def rows():
    return read_published(ROOT / "data" / "published" / "convergence_gap.csv")


def taken_for_ours(rows, scopes=None):
    """Return the published numbers as estimates of a study, as far as their scopes are among `scopes`."""
    own = rows.dropna(subset=["effect"]).drop_duplicates(list(ESTIMATE), keep="last")
    own = own if scopes is None else own[own["scope"].isin(scopes)]
    return own[[*ESTIMATE, "value", "low", "high"]].assign(n_events=600, n_prompts=600)


def test_a_study_is_compared_with_the_paper_that_it_names():
    named = {name: row["claims"].get("paper") for name, row in CONFIG["studies"].items() if "claims" in row}
    ours = {f"{name}{grafts}" for name in ("convergence_gap", "miniature") for grafts in ("", "_grafts")}
    assert {name for name, paper in named.items() if paper == "convergence_gap"} == ours - {"miniature"} | {
        "miniature_gap"
    }
    assert STUDY["claims"]["pairs"] == STUDY["pairs"]


def test_keys_name_arms_that_the_study_has(rows):
    keys = rows.dropna(subset=["effect"])
    assert keys["control"].value_counts().to_dict() == {
        "gap": 83,
        "gap_matched": 16,
        "grafts": 23,
        "swaps": 21,
        "free_swaps": 4,
    }
    assert keys[["readout", "precision"]].isna().all(axis=None)
    assert set(keys["method"]) == {"prompt"}
    keys = keys[~keys["control"].isin(["grafts", "swaps", "free_swaps"])]
    regions = {f"{gap}_{region}" for gap in [*GAPS, "future_flips"] for region in REGIONS}
    own, levels = keys[keys["control"] == "gap"], keys["arm"].str.match(OF_ONE_READING)
    written = own["effect"].isin([f"{cosine}_{region}" for cosine in WRITTEN for region in REGIONS])
    assert set(own.loc[written, "arm"]) == {"own histories"}
    own, levels = own[~written], levels[own.index[~written]]
    steps = STUDY["controls"]["gap"]["from_steps"]
    arms = {arm_of(compared, lens, first) for compared in COMPARISONS for lens in LENSES for first in steps}
    assert set(own.loc[~levels, "arm"]) <= arms
    assert set(own.loc[levels, "arm"]) <= {arm_of(level, lens) for level in LEVELS for lens in LENSES}
    assert levels.sum() == 20
    assert set(own["effect"]) <= regions
    for row in keys[keys["control"] == "gap_matched"].itertuples():
        compared, lens = re.fullmatch(r"(.*), (\w+) lens, matched", row.arm).groups()
        assert compared in MATCHED
        assert row.effect in OUTCOMES[lens]


def test_grafts_and_swaps_name_windows_regions_and_lenses_of_their_study(rows):
    keys = rows[rows["control"].isin(["grafts", "swaps"])]
    study = CONFIG["studies"]["convergence_gap_grafts"]
    assert study["claims"]["controls"] == ["grafts", "swaps", "free_swaps"]
    assert study["pairs"] == STUDY["pairs"]
    windows = [*windows_of({"early": [0, 13], "middle": [9, 22], "late": [19, 32]}, [], 32), "late, random per history"]
    assert set(keys["arm"]) <= {grafted_arm(window, "tuned", lens) for window in windows for lens in LENSES}
    assert set(keys["effect"]) == {"gap_final_fifth", "gap_edited_window"}
    assert set(keys["scope"]) == {"balanced", "pooled", *STUDY["pairs"]}
    for row in keys.itertuples():
        assert (row.control == "swaps") == row.quantity.startswith("swap")
        assert row.arm.endswith("raw lens") == row.quantity.endswith("raw lens")
    known = keys.set_index("claim")["arm"]
    assert known["p36"] == known["p50"] == "late, tuned history, tuned lens"
    assert known["p68"] == "terminal half, tuned history, raw lens"


def test_free_swaps_name_levels_of_two_kinds_of_prompts(rows):
    keys = rows[rows["control"] == "free_swaps"]
    assert keys["arm"].tolist() == ["no graft", own_level("late")] * 2
    assert keys["effect"].tolist() == [passed_in(kind) for kind in ("content_reasoning", "format") for _ in range(2)]
    assert set(keys["scope"]) == {"gemma3_4b"}
    assert (keys["arm"] == "no graft").tolist() == keys["quantity"].str.endswith("tuned checkpoint").tolist()


def test_scopes_are_the_published_pairs_and_means_over_them(rows):
    scopes = set(rows["scope"].dropna())
    assert scopes == {*STUDY["pairs"], "balanced", "pooled", "balanced without gemma3_4b", TWO}
    kept = set(STUDY["pairs"]) - set(TWO.removeprefix("balanced without ").split(", "))
    assert kept == {"qwen3_4b", "olmo2_7b"}
    of_six = rows["family"].isin(["deepseek_v2_lite", "mean over six families"])
    assert of_six.sum() > 20
    assert rows.loc[of_six, "scope"].isna().all()


def test_what_was_computed_in_the_other_direction_is_compared_with_it(rows):
    discovery = rows["section"].isin(["Repository, convergence_gap_values.json", "Repository, lens sensitivity"])
    assert rows.loc[discovery, "doubt"].str.contains(r"\bC1\b").all()
    assert rows.loc[discovery, "effect"].dropna().str.startswith("reverse_gap_").all()
    assert not rows.loc[~discovery, "effect"].dropna().str.startswith("reverse_gap_").any()


def test_what_the_paper_leaves_out_is_there_beside_what_it_says(rows):
    known = rows.set_index("claim")
    assert known.loc[["p04", "f07", "e22raw_gap", "p01", "e09_raw_dense5_gap"], "value"].tolist() == [
        *(0.203, -0.07285, -0.274938, 0.425, 0.771231),
    ]
    assert known.loc[["p03", "p04", "f07"], "doubt"].str.contains(r"\bC3\b").all()
    assert known.loc[["p01", "e22raw_gap"], "doubt"].str.contains(r"\bC8\b").all()
    assert known.loc["f07", "arm"] == "tuned history, raw lens, from step 5"


@pytest.mark.parametrize("lens", ["raw", "tuned"])
def test_the_published_means_are_those_of_their_families(rows, lens):
    known = rows.set_index("claim")["value"]
    families = [*STUDY["pairs"], "deepseek_v2_lite"]
    gaps = {name: known[[f"e09_{lens}_{one}_gap" for one in names]].mean() for name, names in
            {"six": families, "dense5": STUDY["pairs"]}.items()}  # fmt: skip
    assert known[[f"e09_{lens}_{name}_gap" for name in gaps]].tolist() == pytest.approx(list(gaps.values()), abs=1e-6)
    thirds = known[[f"e09s_{lens}_{one}_early" for one in STUDY["pairs"]]].mean()
    assert known[f"e09s_{lens}_dense5_early"] == pytest.approx(thirds, abs=1e-3)


def test_published_numbers_taken_for_ours_are_reproduced(rows):
    joined = join_published(taken_for_ours(rows), rows, own=STUDY["pairs"], theirs=STUDY["claims"]["pairs"])
    judged = judge_by_bands(joined, STUDY["claims"]["bands"])
    compared = judged[judged["value"].notna()]
    assert len(compared) == 99 + 44 + 4
    assert set(compared["verdict"]) == {"reproduced", "both near zero"}
    assert (compared["verdict"] == "reproduced").sum() > 70
    levels = compared[compared["arm"].str.match(OF_ONE_READING)]
    assert set(levels["verdict"]) == {"reproduced"}


def test_a_mean_over_other_pairs_is_compared_where_a_study_has_none_of_those_left_out(rows):
    pairs = STUDY["pairs"]
    with_gemma = join_published(taken_for_ours(rows, ["balanced", "gemma3_4b"]), rows, own=pairs, theirs=pairs)
    assert with_gemma.loc[with_gemma["scope"] == TWO, "value"].isna().all()
    other_models = join_published(taken_for_ours(rows, ["balanced"]), rows, own=OURS["pairs"], theirs=OURS["pairs"])
    judged = judge_by_signs(other_models, OURS["claims"]["near_zero"]).set_index("claim")
    assert judged.loc["p08", "verdict"] == "not yet measured"  # of this arm no mean over five was published
    assert judged.loc[["p01", "p04", "p14"], "verdict"].tolist() == ["same sign"] * 3
    assert judged.loc["e09_raw_llama31_8b_gap", "verdict"] == "not yet measured"


def test_a_distance_of_one_reading_has_no_sign_to_differ(rows):
    ours = taken_for_ours(rows).assign(scope="balanced").drop_duplicates(list(ESTIMATE))
    theirs = rows[rows["arm"].fillna("").str.match(OF_ONE_READING)].assign(scope="balanced")
    judged = judge_by_signs(join_published(ours, theirs), OURS["claims"]["near_zero"])
    assert set(judged["verdict"]) == {"cannot differ"}
