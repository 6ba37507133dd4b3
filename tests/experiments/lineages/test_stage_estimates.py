"""A planted path of stages through the statistics, by hand, and what rows say of it."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.lineages.collect_lineages import described
from crosspatch.experiments.lineages.estimate_lineage import of_prompts
from crosspatch.experiments.lineages.stage_arms import arms_of_stages, picks_of_stages
from crosspatch.experiments.lineages.stage_estimates import estimate_stages, null_of_last_stage
from crosspatch.records.estimates import SCHEMES, widest
from crosspatch.statistics.arms import estimate_arms
from crosspatch.statistics.plan import Plan

STAGES = {"base": "Base", "sft": "SFT", "dpo": "DPO", "final": "Final"}
GAINS = {"base": 0.0, "sft": 0.5, "dpo": 1.5, "final": 2.0}
"""How much more a late stack adds to the margin of a state of its own stage than to one of the base."""
STEPS = [0, 0, 1, 3, 3, 4, 7, 12]
PLAN = Plan("lineage line", seed=3, draws=300, level=0.95)
ROW = {"label": "Line", "stages": list(STAGES), "labels": list(STAGES.values()), "supports": ["pair", "other"]}


def planted(gains=GAINS, steps=STEPS):
    """Cells Y(U, L) = step / 8 + place of U + 2 place of L, + a gain of the prompt where both are one stage."""
    rows = []
    for number, step in enumerate(steps):
        known = {"pair": "pair", "prompt_id": f"p{number}", "category": "facts", "template": f"t{number % 3}"}
        known |= {
            "step": step,
            "base_token": 1,
            "tuned_token": 2 + number % 4,
            "consistent": True,
            "donor_distance": 0.0,
        }
        for at, upstream in enumerate(gains):
            for place, late in enumerate(gains):
                margin = step / 8 + at + 2 * place + gains[late] * (upstream == late) * (1 + (number % 3 - 1) / 4)
                picks = 2 + number % 4 if number < 2 * place else 1
                for readout, more in (("common_tuned", 1.0), ("common_base", 0.5), ("native", 2.0)):
                    margins = {"margin_float32": margin * more, "margin_checkpoint": np.round(8 * margin * more) / 8}
                    rows.append(
                        known | {"upstream": upstream, "late": late, "readout": readout, "top_token": picks} | margins
                    )
    return pd.DataFrame(rows)


def value(rows, arm, effect, readout="common_tuned", method="prompt", precision="float32"):
    kept = rows[(rows["arm"] == arm) & (rows["effect"] == effect) & (rows["readout"] == readout)]
    (row,) = kept[(kept["method"] == method) & (kept["precision"] == precision)].itertuples()
    return row


def expected(stage, steps=STEPS, least=0):
    """Mean of gain * (1 + (number % 3 - 1) / 4) over the events at a position or later."""
    return float(np.mean([GAINS[stage] * (1 + (n % 3 - 1) / 4) for n, step in enumerate(steps) if step >= least]))


@pytest.fixture(scope="module")
def estimates():
    return estimate_stages(planted(), STAGES, PLAN, positions=[3, 10, 50])


def test_the_planted_path_is_recovered_at_every_stage_position_and_readout(estimates):
    for stage, label in STAGES.items():
        for least in (0, 3):
            arm = f"stage {label}" + (f", position >= {least}" if least else "")
            for readout, more in (("common_tuned", 1.0), ("common_base", 0.5), ("native", 2.0)):
                found = value(estimates, arm, "interaction", readout)
                assert found.value == pytest.approx(more * expected(stage, least=least), abs=1e-9)
                assert found.n_events == sum(step >= least for step in STEPS)
    assert value(estimates, "stage SFT, position >= 10", "interaction").n_events == 1
    assert not estimates["arm"].str.contains("50").any()  # no event there, and so no row


def test_other_effects_of_a_stage_are_those_of_its_own_four_cells(estimates):
    assert value(estimates, "stage DPO", "portable").value == pytest.approx(2 * 2)  # late place of the stage, from base
    assert value(estimates, "stage DPO", "matched").value == pytest.approx(2 * 2 + expected("dpo"))
    assert value(estimates, "stage DPO", "native_shift").value == pytest.approx(3 * 2 + expected("dpo"))


def test_the_first_stage_has_rows_that_are_zero_by_construction(estimates):
    base = estimates[(estimates["arm"] == "stage Base") & (estimates["effect"] == "interaction")]
    assert set(base["method"]) == set(SCHEMES)
    assert not base[["value", "low", "high"]].to_numpy().any()


def test_shares_are_of_the_last_stage_over_the_same_events_and_draws(estimates):
    for label, share in {"Base": 0.0, "SFT": 0.25, "DPO": 0.75, "Final": 1.0}.items():
        for arm in (f"stage {label}", f"stage {label}, position >= 3"):
            row = value(estimates, arm, "retention")
            assert [row.value, row.low, row.high] == pytest.approx([share] * 3)  # paired: every draw has this share


def test_a_stage_that_depends_on_the_prompt_otherwise_has_a_share_with_an_interval():
    cells = planted()
    odd = cells["prompt_id"].isin(["p1", "p3", "p5"]) & (cells["upstream"] == "sft") & (cells["late"] == "sft")
    cells.loc[odd, "margin_float32"] += 1
    row = value(estimate_stages(cells, STAGES, PLAN, positions=[]), "stage SFT", "retention")
    assert row.low < row.value < row.high


def test_picks_are_counted_by_prompts_at_each_stages_own_full_stack(estimates):
    for label, share in {"Base": 0.0, "SFT": 2 / 8, "DPO": 4 / 8, "Final": 6 / 8}.items():
        row = value(estimates, f"stage {label}", "picks_tuned_token", "native", precision="checkpoint")
        assert (row.value, row.n_events) == (share, 8)
        assert label == "Base" or row.low < row.value < row.high
    picks = picks_of_stages(planted(), STAGES)
    assert len(picks) == 8 * 4


def test_every_estimate_has_a_widest_interval_and_the_name_of_its_lineage(estimates):
    assert set(estimates["control"]) == {"lineage line"}
    assert set(estimates["scope"]) == {"pair"}
    assert set(estimates["method"]) == set(SCHEMES)
    own = widest(estimates[estimates["effect"] == "interaction"])
    assert not own.duplicated(["arm", "readout", "precision"]).any()


def test_a_stage_has_its_numbers_whatever_stages_stand_beside_it_and_in_which_order(estimates):
    other = {"base": "Base", "dpo": "DPO", "sft": "SFT", "final": "Final"}
    again = estimate_stages(planted(), other, PLAN, positions=[3, 10])
    key = ["arm", "effect", "readout", "precision", "method"]
    both = (rows.set_index(key).sort_index() for rows in (again, estimates))
    pd.testing.assert_frame_equal(*both, check_exact=True)
    cells = planted()[lambda rows: (rows["upstream"] != "dpo") & (rows["late"] != "dpo")]
    few = estimate_stages(cells, {"base": "Base", "sft": "SFT", "final": "Final"}, PLAN, positions=[3, 10])
    kept = estimates[~estimates["arm"].str.contains("DPO")]
    pd.testing.assert_frame_equal(few.set_index(key).sort_index(), kept.set_index(key).sort_index(), check_exact=True)


def test_a_pairs_own_cells_give_the_last_stage_the_estimates_of_any_arm():
    cells = planted()
    arms = arms_of_stages(cells, {"base": "Base", "final": "Final"})
    alone = estimate_arms({"pair": arms[arms["arm"] == "stage Final"]}, [], PLAN)
    whole = estimate_stages(cells, STAGES, PLAN, positions=[])
    whole = whole[(whole["arm"] == "stage Final") & whole["effect"].isin(alone["effect"])].reset_index(drop=True)
    both = (rows.astype({"n_clusters": "Int64", "draws": "Int64", "seed": "Int64"}) for rows in (alone, whole))
    pd.testing.assert_frame_equal(*both, check_exact=True)


def test_the_null_is_of_the_last_stage_and_says_so():
    null = null_of_last_stage(planted(), STAGES, PLAN)
    assert set(null["control"]) == {"lineage line"}
    assert set(null["arm"]) == {"independent", "templates", "token pairs"}
    observed = null[(null["effect"] == "observed") & (null["readout"] == "common_tuned")]
    assert observed["value"].tolist() == pytest.approx([expected("final")] * len(observed), abs=0.1)
    points = null[(null["effect"] == "null_999") & (null["precision"] == "float32")]
    assert (points["value"] > 0).all()


def test_estimates_are_over_the_lineages_own_prompts():
    cells = planted()
    few = of_prompts(cells, [pd.DataFrame({"prompt_id": ["p1", "p2", "elsewhere"]})])
    assert set(few["prompt_id"]) == {"p1", "p2"}
    assert of_prompts(cells, []) is cells
    with pytest.raises(
        MeasurementError, match=r"support 'pair' has no event of the lineage's prompt_set, whose prompts a"
    ):
        of_prompts(cells, [pd.DataFrame({"prompt_id": ["elsewhere"]})])


def test_collected_rows_name_lineage_support_stage_and_position(estimates, table_round_trip):
    rows = pd.concat([estimates, null_of_last_stage(planted(), STAGES, PLAN)], ignore_index=True)
    labels = {"pair": "The pair", "other": "Another"}
    table = table_round_trip(described(rows, {"line": ROW}, labels), "lineages")
    assert set(table["lineage"]) == {"Line"}
    assert set(table["support"]) == {"The pair"}
    places = dict(zip(STAGES.values(), range(4), strict=True))
    known = table[table["stage"].notna()]
    assert (known["stage_place"] == known["stage"].map(places)).all()
    assert (known["position"] == known["arm"].str.extract(r">= (\d+)")[0].fillna("0").astype(int)).all()
    nulls = table[table["stage"].isna()]
    assert set(nulls["arm"]) == {"independent", "templates", "token pairs"}
    assert set(nulls["stage_place"]) == {3}
    elsewhere = described(rows.assign(scope="other"), {"line": ROW}, labels)
    assert set(elsewhere["support_place"]) == {1}
