"""Cells tables: what stops the job, and what `consistent` means."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosspatch.errors import MeasurementError
from crosspatch.jobs.assembly import assemble_cells
from crosspatch.jobs.cells import (
    capture_boundary_states,
    last_positions,
    measure_late_cells,
    right_padded,
)
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.loading import load_model
from crosspatch.models.readout import Readout, load_readout

SIDES = ("base", "tuned")


@pytest.fixture
def parts(llama, tokenizer, placement):
    """States, readouts and the base late half of the pair, ready to be damaged."""
    events = llama.usable
    batches = [[place] for place in range(len(events))]
    states = {
        side: capture_boundary_states(load_upstream(folder, 3, placement), events, batches, device="cpu")
        for side, folder in llama.folders.items()
    }
    readouts = {side: load_readout(folder, tokenizer, placement) for side, folder in llama.folders.items()}
    return states, readouts, load_late(llama.folders["base"], 3, placement)


@pytest.fixture
def late_cells(llama, parts):
    """Return a function that measures the cells of the base late stack."""
    states, readouts, half = parts
    events = llama.usable
    batches = [[place] for place in range(len(events))]

    def run():
        return measure_late_cells(half, "base", states, readouts, events, batches, device="cpu")

    return run


def test_a_margin_that_is_not_finite_stops_with_the_event_named(llama, parts, late_cells):
    states, _, _ = parts
    prompt_id = llama.usable["prompt_id"].iloc[3]
    states["tuned"][prompt_id][-1, 5] = torch.inf
    said = rf"event of prompt '{prompt_id}': the margin of cell \(tuned upstream, base late\) under common_tuned is nan"
    with pytest.raises(MeasurementError, match=said):
        late_cells()


def test_a_token_that_a_readout_masks_stops_with_both_margins(llama, parts, late_cells):
    _, readouts, _ = parts
    event = llama.usable.iloc[2]
    readouts["tuned"].real[int(event["tuned_token"])] = False
    with pytest.raises(MeasurementError, match=r"under common_tuned is -?\d.* in float32 and -inf in the checkpoint's"):
        late_cells()


def test_a_margin_that_is_not_finite_in_float32_only_stops_too(parts, late_cells):
    class Broken(Readout):
        def token_logits(self, states, tokens):
            return super().token_logits(states, tokens) + torch.tensor([0.0, torch.inf])

    _, readouts, _ = parts
    readouts["base"] = Broken(**vars(readouts["base"]))
    with pytest.raises(MeasurementError, match=r"under common_base is inf in float32 and -?\d"):
        late_cells()


def test_a_late_table_has_two_cells_and_three_readouts_per_event(llama, late_cells, table_round_trip):
    cells = table_round_trip(late_cells(), "late_cells")
    assert len(cells) == 6 * len(llama.usable)
    assert set(cells["late"]) == {"base"}
    assert set(zip(cells["upstream"], cells["readout"], strict=True)) == {
        (side, readout) for side in SIDES for readout in ("common_tuned", "common_base", "native")
    }
    own = cells[cells["upstream"] == "base"]
    assert not own["donor_distance"].any()
    assert cells.loc[cells["upstream"] == "tuned", "donor_distance"].min() > 0
    native, common = (
        cells[cells["readout"] == readout].drop(columns="readout").reset_index(drop=True)
        for readout in ("native", "common_base")
    )
    pd.testing.assert_frame_equal(native, common)


EVENT = {"pair": "one", "category": "facts", "template": "raw", "step": 0.0, "base_token": 3.0, "tuned_token": 4.0}


def events_of(*prompt_ids):
    return pd.DataFrame([EVENT | {"prompt_id": name, "usable": name != "unusable"} for name in prompt_ids])


def late_table(late, top_classes):
    """A late table by hand; top_classes are by prompt id, those of the side's own native cell."""
    rows = [
        {"prompt_id": prompt_id, "upstream": upstream, "late": late, "readout": readout, "margin_float32": 1.0}
        | {"top_class": top if (upstream, readout) == (late, "native") else "other"}
        for prompt_id, top in top_classes.items()
        for upstream in SIDES
        for readout in ("common_tuned", "common_base", "native")
    ]
    return pd.DataFrame(rows)


def test_an_event_is_consistent_if_both_sides_pick_their_own_token_again():
    base = late_table("base", {"both": "base", "base_only": "base", "tuned_only": "other", "swapped": "tuned"})
    tuned = late_table("tuned", {"both": "tuned", "base_only": "other", "tuned_only": "tuned", "swapped": "base"})
    cells = assemble_cells("one", events_of("tuned_only", "both", "unusable", "base_only", "swapped"), [base, tuned])
    flags = cells.drop_duplicates("prompt_id").set_index("prompt_id")["consistent"]
    assert flags.to_dict() == {"tuned_only": False, "both": True, "base_only": False, "swapped": False}
    assert cells["consistent"].dtype == bool
    assert list(flags.index) == ["tuned_only", "both", "base_only", "swapped"]
    assert len(cells) == 4 * 12
    assert cells[["step", "base_token", "tuned_token"]].dtypes.eq("int64").all()


def test_an_inconsistent_event_of_a_real_pair_is_kept_and_flagged(llama, measure):
    events = llama.events.copy()
    usable = llama.usable["prompt_id"].tolist()
    wrong = events["prompt_id"] == usable[1]
    events.loc[wrong, "base_token"] = (events.loc[wrong, "base_token"] + 1) % 140
    cells = measure(llama.folders, events, llama.boundary)
    flags = cells.drop_duplicates("prompt_id").set_index("prompt_id")["consistent"]
    assert flags.to_dict() == {prompt_id: prompt_id != usable[1] for prompt_id in usable}


def test_checkpoints_in_bfloat16(llama, measure, save_model, placement):
    folders = {}
    for side, folder in llama.folders.items():
        model = load_model(folder, placement).bfloat16()
        folders[side] = save_model(model, f"bfloat16_{side}")
    cells, precise = (measure(given, llama.events, llama.boundary) for given in (folders, llama.folders))
    logits = torch.tensor(cells[["base_logit", "tuned_logit"]].to_numpy())
    assert torch.equal(logits.bfloat16().double(), logits)
    assert (cells["margin_checkpoint"] == cells["tuned_logit"] - cells["base_logit"]).all()
    difference = (cells["margin_checkpoint"] - cells["margin_float32"]).abs()
    assert 1e-3 < difference.max() < 0.1
    assert (cells["margin_float32"] - precise["margin_float32"]).abs().max() < 1


TWINS = [("llama", "float32"), ("gemma3", "bfloat16")]  # picks lead all tokens but their twins by more than roundings


@pytest.mark.parametrize(("architecture", "dtype"), TWINS)
def test_no_event_is_inconsistent_because_its_tokens_tie_with_others(convert_pair, measure, architecture, dtype):
    pair = convert_pair(architecture, dtype=dtype, twins=True)
    cells = measure(pair.folders, pair.events, pair.boundary)
    assert not pair.usable[["base_gap", "tuned_gap"]].any(axis=None)
    assert cells["consistent"].all()
    assert not (cells[["base_token", "tuned_token", "top_token"]] % 2).any(axis=None)
    own = cells[(cells["upstream"] == cells["late"]) & (cells["readout"] == "native")]
    assert (own[["base_rank", "tuned_rank"]].min(axis=1) == 1).all()
    assert (own["base_rank"] == 1).equals(own["top_class"] == "base")


def test_sides_whose_vocabularies_are_padded_differently(llama, measure, make_model, save_model, find_events):
    model = make_model("llama", seed=5, vocabulary=160)
    with torch.no_grad():
        model.lm_head.weight[140:] *= 20  # logits of the padding are the largest, if they count
    folders = {"base": llama.folders["base"], "tuned": save_model(model, "padded_tuned")}
    rollouts, events = find_events("padded", folders)
    cells = measure(folders, events, llama.boundary)
    assert max(token for tokens in rollouts["tuned"]["tokens"] for token in tokens) < 140
    assert len(cells) == 12 * events["usable"].sum() > 0
    assert cells["consistent"].all()
    assert cells["top_token"].max() < 140


@pytest.mark.parametrize("lost", ["base", "tuned", "both"])
def test_an_event_without_all_its_cells_is_refused(lost):
    whole = {"kept": "other", "lost": "other"}
    tables = {side: late_table(side, whole if lost not in (side, "both") else {"kept": "other"}) for side in SIDES}
    rows = 0 if lost == "both" else 6
    said = f"pair 'one': event of prompt 'lost' has {rows} rows of cells, not 12; delete its late tables and run again"
    with pytest.raises(MeasurementError, match=said):
        assemble_cells("one", events_of("kept", "lost"), list(tables.values()))


def test_padding_and_gathering_by_hand():
    rows = [torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[4.0]])]
    padded = right_padded(rows)
    assert padded.squeeze(-1).tolist() == [[1, 2, 3], [4, 0, 0]]
    assert last_positions(padded, [3, 1]).tolist() == [[3.0], [4.0]]


def test_log_probabilities_of_the_two_tokens_differ_by_the_margin(llama, measure):
    cells = measure(llama.folders, llama.events, llama.boundary)
    difference = cells["tuned_log_probability"] - cells["base_log_probability"]
    assert (difference - (cells["tuned_logit"] - cells["base_logit"])).abs().max() < 1e-5
    assert (cells[["base_log_probability", "tuned_log_probability"]] < 0).all(axis=None)
    assert (np.exp(cells[["base_log_probability", "tuned_log_probability"]]).sum(axis=1) < 1).all()
