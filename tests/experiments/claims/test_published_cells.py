"""Published records as cells, and the selections of prompts that the audit compares."""

import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.claims.published_cells import SELECTIONS, adopt_checks, adopt_records, select_prompts
from crosspatch.files.published_records import read_records
from crosspatch.files.tables import fit_table
from published_records import record, write_lines

CATEGORIES = {
    **{f"v2_GOV-FORMAT_{n:04d}": "format" for n in range(6)},
    **{f"v2_SAFETY_{n:04d}": "safety" for n in range(6, 10)},
}


def prompts(*ids):
    return pd.DataFrame([{"prompt_id": one, "category": CATEGORIES[one]} for one in ids])


@pytest.fixture
def adopt(tmp_path):
    def adopted(*lines):
        records, _ = read_records(write_lines(tmp_path / "records.jsonl.gz", lines), pair="qwen25_32b", boundary=38)
        return adopt_records(records, prompts(*CATEGORIES), "qwen25_32b")

    return adopted


def test_an_event_becomes_twelve_rows_of_the_cells_schema(adopt, tmp_path):
    cells = adopt(record("v2_SAFETY_0007", step=3, tokens=(5, 6)))
    assert len(cells) == 12
    fit_table(cells, tmp_path / "cells.parquet", "published_cells")
    about = ["pair", "prompt_id", "category", "template", "step", "base_token", "tuned_token", "consistent"]
    assert set(cells[about].itertuples(index=False, name=None)) == {
        ("qwen25_32b", "v2_SAFETY_0007", "safety", "v2_SAFETY_0007", 3, 5, 6, True)
    }
    tuned = cells[(cells["readout"] == "common_tuned") & (cells["upstream"] == "tuned")].set_index("late")
    assert tuned["margin_checkpoint"].to_dict() == {"base": 0.5, "tuned": 3.0}
    assert (cells["tuned_logit"] - cells["base_logit"] == cells["margin_checkpoint"]).all()


@pytest.mark.parametrize(
    ("picks", "consistent"),
    [(("pt", "it"), True), (("pt", "other"), False), (("it", "it"), False), (("other", "other"), False)],
)
def test_an_event_is_consistent_if_both_sides_pick_their_own_token_again(adopt, picks, consistent):
    assert set(adopt(record("v2_SAFETY_0007", picks=picks))["consistent"]) == {consistent}


def test_invalid_events_are_left_out(adopt):
    cells = adopt(record("v2_SAFETY_0006"), record("v2_SAFETY_0007", valid=False))
    assert set(cells["prompt_id"]) == {"v2_SAFETY_0006"}
    with pytest.raises(
        MeasurementError, match="pair 'qwen25_32b': none of 1 published events is valid; check the file"
    ):
        adopt(record("v2_SAFETY_0007", valid=False))


def test_the_no_op_checks_of_valid_events_are_kept(tmp_path):
    lines = [record("v2_SAFETY_0006"), record("v2_SAFETY_0007", valid=False)]
    lines[0]["events"]["first_diff"]["cells"]["U_IT__L_IT_noop_patch"]["patch_input_delta_max_abs"] = 2.0**-16
    records, _ = read_records(write_lines(tmp_path / "records.jsonl.gz", lines), pair="qwen25_32b", boundary=38)
    checks = fit_table(adopt_checks(records, "qwen25_32b"), tmp_path / "noop.parquet", "published_noop")
    assert checks.to_dict("records") == [
        {"pair": "qwen25_32b", "prompt_id": "v2_SAFETY_0006", "side": side, "state_distance": distance,
         "margin_distance": 0.0, "same_top": True}
        for side, distance in (("base", 0.0), ("tuned", 2.0**-16))
    ]  # fmt: skip


def test_a_prompt_that_the_prompt_set_lacks_is_named(adopt):
    with pytest.raises(
        MeasurementError, match="prompt 'v2_EASY_0099' is in the published records but not in the prompt"
    ):
        adopt(record("v2_EASY_0099"))


def test_the_authors_took_the_first_valid_ids_of_each_category(adopt):
    # The headline has formats 2, 3 and 4 and safety 8 and 9; format 1 and safety 9 have no valid event. By hand: of
    # format the first three valid ids are 0, 2, 3; of safety the first two are 6 and 7.
    lines = [record(one, valid=not one.endswith(("0001", "0009"))) for one in reversed(CATEGORIES)]
    headline = prompts(*(one for one in CATEGORIES if one[-1] in "23489"))
    selected = select_prompts(adopt(*lines), headline)
    assert tuple(selected) == SELECTIONS
    digits = {name: "".join(sorted(one[-1] for one in set(cells["prompt_id"]))) for name, cells in selected.items()}
    assert digits == {"all": "02345678", "headline": "2348", "authors": "02367"}


def test_a_headline_set_of_other_prompts_is_refused(adopt):
    other = prompts("v2_SAFETY_0006").replace("v2_SAFETY_0006", "safety_0006")
    with pytest.raises(
        MeasurementError, match="none of 1 published events is of the 1 headline prompts; correct publish"
    ):
        select_prompts(adopt(record("v2_SAFETY_0007")), other)
