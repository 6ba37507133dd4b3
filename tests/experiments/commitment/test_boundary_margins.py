"""Margins of boundary states, and events sorted by them."""

import pandas as pd
import pytest
import torch

from crosspatch.experiments.commitment.boundary_margins import measure_boundary_margins
from crosspatch.experiments.commitment.sort_by_commitment import arms_by_commitment
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import capture_boundary_states
from crosspatch.models.halves import load_upstream
from crosspatch.models.loading import load_model, text_stack
from crosspatch.models.readout import load_readout

SIDES = ("base", "tuned")


@pytest.fixture
def boundary_margins(tokenizer, placement, table_round_trip):
    """Return a function that measures the boundary margins of a pair."""

    def measure(pair):
        planned = plan_batches(pair.usable["context"].map(len).tolist(), plan="exact", tokens=128)
        states = {
            side: capture_boundary_states(
                load_upstream(folder, pair.boundary, placement), pair.usable, planned, device="cpu"
            )
            for side, folder in pair.folders.items()
        }
        readouts = {side: load_readout(folder, tokenizer, placement) for side, folder in pair.folders.items()}
        margins = measure_boundary_margins(states, readouts, pair.usable, planned, device="cpu")
        return table_round_trip(margins, "control_values")

    return measure


@torch.no_grad()
def hooked_margin(model, reader, event, boundary):
    """Second route: the whole model, a hook on the boundary block, and another whole model's norm and unembedding."""
    seen = []
    handle = text_stack(model).layers[boundary].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    model(torch.tensor([list(event.context)]))
    handle.remove()
    logits = reader.get_output_embeddings()(text_stack(reader).norm(seen[0][0, -1]))
    softcap = getattr(reader.config.get_text_config(), "final_logit_softcapping", None)
    logits = softcap * torch.tanh(logits / softcap) if softcap else logits
    return (logits[int(event.tuned_token)] - logits[int(event.base_token)]).item()


def test_the_very_boundary_state_is_read_by_each_readout(pair, boundary_margins, placement):
    margins = boundary_margins(pair).set_index(["prompt_id", "arm", "readout", "precision"])["value"]
    assert len(margins) == len(pair.usable) * 2 * 3 * 2
    models = {side: load_model(folder, placement) for side, folder in pair.folders.items()}
    for event in pair.usable.head(3).itertuples():
        for side in SIDES:
            for name, reader in (("common_tuned", "tuned"), ("common_base", "base"), ("native", side)):
                expected = hooked_margin(models[side], models[reader], event, pair.boundary)
                for precision in ("float32", "checkpoint"):
                    found = margins[(event.prompt_id, side, name, precision)]
                    assert found == pytest.approx(expected, abs=2e-5), (side, name, precision)


def test_a_native_margin_is_that_of_the_sides_own_readout(llama, boundary_margins):
    margins = boundary_margins(llama).set_index(["arm", "readout", "precision", "prompt_id"])["value"].sort_index()
    for side, common in (("base", "common_base"), ("tuned", "common_tuned")):
        pd.testing.assert_series_equal(margins[side, "native"], margins[side, common], check_names=False)
    assert not margins["base", "common_tuned"].equals(margins["base", "common_base"])


def cells_and_margins(tuned, base):
    """Cells of one event per prompt, p0 and so on, and the margins of its boundary states."""
    prompts = [f"p{place}" for place in range(len(tuned))]
    about = {"pair": "one", "category": "facts", "template": "t", "step": 0, "base_token": 1, "tuned_token": 2}
    about |= {"consistent": True, "readout": "common_tuned", "margin_checkpoint": 0.0, "margin_float32": 0.0}
    cells = [
        {**about, "prompt_id": name, "upstream": upstream, "late": late}
        for name in prompts
        for upstream in SIDES
        for late in SIDES
    ]
    view = {"pair": "one", "step": 0, "quantity": "boundary_margin"}
    rows = []
    for arm, values in (("tuned", tuned), ("base", base)):
        for name, value in zip(prompts, values, strict=True):
            for readout, shift in (("common_tuned", 0.0), ("common_base", 100.0)):
                for precision, more in (("float32", 0.0), ("checkpoint", -100.0)):
                    where = {"arm": arm, "prompt_id": name, "readout": readout, "precision": precision}
                    rows.append({**view, **where, "value": value + shift + more})
    return pd.DataFrame(cells), pd.DataFrame(rows)


def prompts_of(arms):
    return arms.groupby("arm", sort=False)["prompt_id"].unique().map(set).to_dict()


def test_events_are_sorted_by_the_primary_margin():
    tuned, base = [3.0, -1.0, 0.0, 5.0, 2.0, 9.0], [3.0, -9.0, 4.0, 0.0, 1.0, 2.0]
    found = prompts_of(arms_by_commitment(*cells_and_margins(tuned, base), 3))
    assert found == {
        "tuned margin <= 0": {"p1", "p2"},
        "tuned margin, bin 1 of 3": {"p1", "p2"},
        "tuned margin, bin 2 of 3": {"p0", "p4"},
        "tuned margin, bin 3 of 3": {"p3", "p5"},
        "margin difference, bin 1 of 3": {"p2", "p0"},  # -4, 0
        "margin difference, bin 2 of 3": {"p4", "p3"},  # 1, 5
        "margin difference, bin 3 of 3": {"p5", "p1"},  # 7, 8
    }


def test_every_event_is_in_one_bin_and_equal_margins_go_by_prompt_id():
    found = prompts_of(arms_by_commitment(*cells_and_margins([1.0] * 7, [0.0] * 7), 3))
    assert "tuned margin <= 0" not in found
    bins = [found[f"tuned margin, bin {place} of 3"] for place in (1, 2, 3)]
    assert bins == [{"p0", "p1", "p2"}, {"p3", "p4"}, {"p5", "p6"}]
    assert prompts_of(arms_by_commitment(*cells_and_margins([1.0], [0.0]), 2)).keys() == {
        "tuned margin, bin 1 of 2",
        "margin difference, bin 1 of 2",
    }
