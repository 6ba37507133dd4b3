"""The published numbers: whole, clean, mapped to estimates that the study can have, every doubt explained."""

import hashlib
import re
from pathlib import Path

import pytest
import yaml

from crosspatch.experiments.claims.comparison import judge_by_bands
from crosspatch.experiments.claims.matching import join_published
from crosspatch.experiments.closure.names import FLIPPED, FULL, GAUSSIAN, RANDOM, at, of_directions, place_of
from crosspatch.experiments.continuations import names as continued
from crosspatch.experiments.forced_tokens import names as forced
from crosspatch.experiments.mixture.kinds import MIXTURE, arm_of
from crosspatch.files.published import read_published
from crosspatch.measures.effects import EFFECTS
from crosspatch.records.numbers import ESTIMATE, NUMBER
from crosspatch.workflow.config import config_schema

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "published"
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
PAPER = CONFIG["studies"]["paper"]
OF_OTHER_STUDIES = ["slices", "contrast", "mixture", "continuations", "closure", "forced_tokens"]
PAPERS = ("cross_patching", "convergence_gap")


@pytest.fixture(scope="module", params=PAPERS)
def any_rows(request):
    return read_published(FOLDER / f"{request.param}.csv")


@pytest.fixture(scope="module")
def rows():
    return read_published(FOLDER / "cross_patching.csv")


def of_lineages(rows):
    return rows["control"].fillna("").str.startswith("lineage ")


def value_of(rows, claim, column="value"):
    return rows.set_index("claim").loc[claim, column]


def test_every_file_has_its_checksum():
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    found = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(FOLDER.glob("*.csv"))]
    assert lines == found


def test_the_readme_counts_the_rows_and_explains_every_column_and_doubt():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    described = ", ".join(re.findall(r"^\| ([a-z_, ]+) \|", readme, flags=re.MULTILINE)).split(", ")
    for paper, letter in zip(PAPERS, "PC", strict=True):
        rows = read_published(FOLDER / f"{paper}.csv")
        assert f"- `{paper}.csv`: {len(rows)} numbers of" in readme
        assert set(described) == {*rows.columns, "column", "doubt"}
        explained = set(re.findall(rf"^\| ({letter}\d+) \|", readme, flags=re.MULTILINE))
        assert set(" ".join(rows["doubt"].dropna()).split()) == explained


def test_every_file_is_that_of_a_paper_that_a_study_can_name():
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(PAPERS)
    claims = config_schema()["$defs"]["study"]["properties"]["claims"]["properties"]
    assert claims["paper"]["enum"] == list(PAPERS)


def test_claims_and_words_are_tidy(any_rows):
    assert any_rows["claim"].str.fullmatch(r"[a-z0-9_]+").all()
    for column in ("section", "quantity", "support", "family", "note"):
        texts = any_rows[column].dropna()
        assert (texts == texts.str.strip()).all()
        assert not texts.str.contains(r"\b(?:PT|IT)\b|  ").any(), column


def test_intervals_hold_their_number(any_rows):
    known = any_rows.dropna(subset=["low", "high"])
    assert len(known) > 50
    assert ((known["low"] <= known["value"]) & (known["value"] <= known["high"])).all()
    assert (any_rows["low"].isna() == any_rows["high"].isna()).all()


def test_numbers_that_the_paper_prints_are_there(rows):
    assert [value_of(rows, "b1_03", name) for name in ("value", "low", "high")] == [1.68, 1.604, 1.756]
    assert value_of(rows, "r2_qwen25_32b_common_base_interaction") == 1.3147954924874792
    assert value_of(rows, "a2_4a") == 599
    assert value_of(rows, "h05") == -0.154
    assert value_of(rows, "f2_om8") == -4.67


def test_keys_name_estimates_that_the_paper_study_has(rows):
    keys = rows.loc[(rows["control"] == "headline") & (rows["section"] != "Table F.1b"), list(NUMBER)].dropna()
    assert len(keys) == 143
    assert set(keys["effect"]) <= set(EFFECTS)
    assert set(keys["scope"]) == {"balanced", *PAPER["pairs"], *PAPER["extra_pairs"]}
    assert set(keys["readout"]) == {"common_tuned", "common_base"}
    assert set(keys["precision"]) == {"checkpoint"}
    assert set(keys["arm"].str.replace(r"position >= \d+", "later", regex=True)) == {"all", "later"}
    of_mean = keys["scope"] == "balanced"
    assert set(keys.loc[of_mean, "method"]) == {"normal", "prompt", "pair_range", "pair_median"}
    assert set(keys.loc[~of_mean, "method"]) == {"prompt"}
    ratios = keys["effect"].isin(["portable_share", "interaction_share", "matched_over_portable"])
    assert not (ratios & (keys["method"] == "normal")).any()  # that interval is of contrasts only


def test_continuations_name_arms_of_the_study_that_pools_the_published_descendants(rows):
    keys = rows[rows["control"] == "continuations"]
    study = CONFIG["studies"]["llama31_consequences"]
    horizons = study["controls"]["continuations"]["horizons"]
    arms = {continued.arm_of(horizon, part) for horizon in horizons for part in (None, *continued.PARTS)}
    assert len(keys) == 12
    assert set(keys["arm"]) <= arms
    assert set(keys["scope"]) == {"pooled"}
    assert set(keys["section"]) <= set(study["claims"]["sections"])
    assert study["claims"]["pairs"] == study["pairs"]


def test_closures_name_arms_of_the_study_of_the_published_descendants(rows):
    keys = rows[rows["control"] == "closure"]
    study = CONFIG["studies"]["llama31_closure"]
    settings = study["controls"]["closure"]
    names = {of_directions(settings["primary"]), FULL, GAUSSIAN, RANDOM, FLIPPED}
    assert set(keys["arm"]) == {at(place_of(boundary), name) for boundary in (29, 31) for name in names}
    assert {29, 31} <= set(settings["boundaries"])
    assert settings["primary"] in settings["directions"]
    assert set(keys["scope"]) == {"balanced"}
    assert set(keys["section"]) <= set(study["claims"]["sections"])
    assert study["claims"]["pairs"] == study["pairs"], "the published mean is over five"


def test_forced_tokens_name_arms_of_the_study_of_the_published_descendants(rows):
    keys = rows[rows["control"] == "forced_tokens"]
    study = CONFIG["studies"]["llama31_closure"]
    categories = study["controls"]["forced_tokens"]["tokens"]
    read = {category: (() if category == "format" else (forced.PUBLISHED,)) for category in categories}
    assert set(keys["arm"]) == {forced.arm_of(forced.WITHOUT, name, *parts) for name, parts in read.items()}
    assert set(keys["effect"]) == {"tuned_less_base"}
    assert set(keys["scope"]) == {"balanced"}
    assert set(keys["section"]) | {"Table E.7"} == set(study["claims"]["sections"])


def test_keys_of_controls_name_arms_that_the_paper_study_has(rows):
    others = of_lineages(rows) | rows["control"].isin(OF_OTHER_STUDIES)
    keys = rows[rows["control"].notna() & (rows["control"] != "headline") & ~others]
    assert len(keys) == 33
    assert set(keys["control"]) <= set(PAPER["controls"])
    assert set(keys["method"]) == {"prompt"}
    assert set(keys["rule"]) == {"estimate_control"}
    # Published over four families, all but the 32B one; shares of picks over all their events in one heap.
    shares = keys["effect"] == "picks_donor_token"
    assert set(keys.loc[shares, "scope"]) == {"pooled without qwen25_32b"}
    assert set(keys.loc[~shares, "scope"]) == {"balanced without qwen25_32b"}


def test_keys_of_descendants_name_groups_and_pairs_that_their_study_has(rows):
    keys, study = rows[rows["control"].isin(["slices", "contrast"])], CONFIG["studies"]["llama31_descendants"]
    assert keys["control"].value_counts().to_dict() == {"slices": 20, "contrast": 1}
    assert set(keys["arm"]) <= {"adjusted", *study["controls"]["slices"]["groups"]}
    assert set(keys["scope"]) <= {"balanced", *study["pairs"], *study["extra_pairs"]}
    assert set(keys["section"]) <= set(study["claims"]["sections"])


def test_the_paper_s_mixture_of_events_is_compared_in_the_study_of_its_prompts_only(rows):
    keys, study = rows[rows["control"] == "mixture"], CONFIG["studies"]["content_reasoning"]
    assert keys["column"].value_counts().to_dict() == {"value": 4, "n_events": 4, "n_pair_prompts": 4}
    assert keys["doubt"].eq("P2").all()
    assert set(keys["scope"]) == {"balanced"}
    assert study["claims"]["pairs"] == study["pairs"], "the published mean has Gemma 3 4B, and no 32B pair"
    assert study["claims"]["controls"] == ["mixture"]
    assert [name for name, row in CONFIG["studies"].items() if "mixture" in row.get("controls", {})] == [
        "content_reasoning"
    ]
    categories = ["content_fact", "content_reasoning", "format"]
    assert set(keys["arm"]) == {MIXTURE, *(arm_of(MIXTURE, category) for category in categories)}
    for column, whole in (("n_events", 5889), ("n_pair_prompts", 2983)):
        counts = keys[keys["column"] == column].set_index("arm")["value"]
        assert counts[MIXTURE] == counts.drop(MIXTURE).sum() == whole


def test_keys_of_lineages_name_stages_and_supports_that_their_studies_have(rows):
    keys = rows[of_lineages(rows)]
    assert len(keys) == 45
    assert set(keys["rule"]) == {"estimate_lineage"}
    assert keys["doubt"].eq("P22").all()
    for control, own in keys.groupby("control"):
        name = control.removeprefix("lineage ")
        row = CONFIG["lineages"][name]
        (study,) = [study for study in CONFIG["studies"].values() if name in study.get("lineages", [])]
        assert set(own["section"]) <= set(study["claims"]["sections"])
        assert set(own["scope"]) == set(row["supports"])
        stages = own["arm"].str.extract(r"^stage (.*?)(?:, position >= 3)?$")[0]
        assert set(stages.dropna()) == set(row["labels"])
        assert set(own.loc[stages.isna(), "effect"]) == {"null_999"}
    named = keys["family"].notna() & keys["arm"].str.startswith("stage")
    assert [f"stage {one}" for one in keys.loc[named, "family"]] == list(keys.loc[named, "arm"].str.partition(",")[0])


def test_rows_of_one_key_agree_to_their_digits(any_rows):
    for key, same in any_rows.dropna(subset=["effect"]).groupby(list(NUMBER), dropna=False):
        assert len(set(same["unit"])) == 1, key
        assert same["value"].max() - same["value"].min() <= 0.006 * max(1.0, abs(same["value"].max())), key


def test_families_and_rules_exist(any_rows):
    rules = {name for path in ROOT.glob("rules/*.smk") for name in re.findall(r"^rule (\w+):", path.read_text(), re.M)}
    assert set(any_rows["rule"].dropna()) <= rules
    joined = any_rows.dropna(subset=["effect"])
    assert joined["rule"].notna().all()
    of_pair = joined[~joined["scope"].str.startswith(("balanced", "pooled")) & ~of_lineages(joined)]
    assert (of_pair["family"] == of_pair["scope"]).all()


def test_the_32b_rows_and_the_means_over_them_are_doubted(rows):
    of_32b = rows[(rows["scope"] == "qwen25_32b") | ((rows["scope"] == "balanced") & (rows["method"] == "normal"))]
    assert len(of_32b) > 20
    assert of_32b["doubt"].str.contains(r"\bP1\b").all()


def test_published_numbers_taken_for_ours_are_reproduced(rows):
    own = rows[rows["column"] == "value"].drop_duplicates(list(ESTIMATE), keep="last")
    scale = own["unit"].map({"percent": 100.0}).fillna(1.0)
    numbers = {name: own[name] / scale for name in ("value", "low", "high")}
    effects = own[list(ESTIMATE)].assign(**numbers, n_events=600, n_prompts=600)
    judged = judge_by_bands(join_published(effects, rows), PAPER["claims"]["bands"]).set_index("claim")
    values = judged[judged["column"] == "value"]
    assert len(values) > 100
    assert set(values["verdict"]) == {"reproduced", "both near zero"}
    near = set(values.index[values["verdict"] == "both near zero"])
    not_significant = {f"r4_llama31_8b_position{end}" for end in ("s_from_4", "_from_5", "_from_10")}
    of_base = {"f4_base_c", "f4_base_pct", "f6_base_c", "f6_base_pct"}
    of_adapters = {"f1b_code_main", "f1b_code_code", "f1b_biomed_main"}
    assert near == {"s33_02", "c3_05p", "d1_08_raw", "f1_c", "f3_gov_format", *not_significant, *of_base, *of_adapters}
    assert judged.loc[["c4_05", "a1_01", "a2_0e"], "verdict"].tolist() == ["not compared"] * 3
    assert judged.loc[["h05", "h14", "e3_01"], "verdict"].tolist() == ["not yet measured"] * 3
    wrong = effects.assign(value=-effects["value"], low=-effects["high"], high=-effects["low"])
    judged = judge_by_bands(join_published(wrong, rows), PAPER["claims"]["bands"])
    base_picks = judged["claim"].isin(["f4_base_top1", "f6_base_top1"])  # 0.2 and 0 per cent
    assert set(judged.loc[(judged["column"] == "value") & ~base_picks, "verdict"]) == {"differs", "both near zero"}


def test_every_position_that_was_published_is_measured(rows):
    later = rows.loc[~of_lineages(rows), "arm"].str.extract(r"^position >= (\d+)$")[0].dropna().astype(int)
    assert set(later) == set(PAPER["statistics"]["positions"])
