"""Verification of a pair: it passes for what the engine loads, and fails for anything else."""

import copy
from dataclasses import replace

import pandas as pd
import pytest
import torch

from crosspatch.errors import PairError
from crosspatch.experiments.checkpoints import verification
from crosspatch.experiments.checkpoints.verification import compare_with_full_forward, run_halves, sample_events
from crosspatch.jobs.batching import plan_batches
from crosspatch.models import loading
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.readout import readout_of

EXACT = {"plan": "exact", "tokens": 64}
PADDED = {"plan": "padded", "tokens": 400}
COARSE = Placement("cpu", "bfloat16", "sdpa")


@pytest.fixture
def verify(tokenizer, placement):
    """Return a function that verifies one side of a pair; `change` alters a part of what it compares."""

    def run(pair, *, side="tuned", batches=EXACT, change=(None, None), placement=placement):
        def altered(part, thing):
            if change[0] == part:
                change[1](thing)
            return thing

        folder, events = pair.folders[side], sample_events(pair.events, 4)
        planned = plan_batches(events["context"].map(len).tolist(), **batches)
        halves = run_halves(
            lambda: altered("upstream", load_upstream(folder, pair.boundary, placement)),
            lambda: altered("late", load_late(folder, pair.boundary, placement)),
            events,
            planned,
            device="cpu",
        )
        altered("boundary", halves.boundary)
        model = load_model(folder, placement)
        readout = altered("readout", copy.deepcopy(readout_of(model, tokenizer)))
        return compare_with_full_forward(model, readout, halves, events, planned, boundary=pair.boundary, side=side)

    return run


@pytest.mark.parametrize("batches", [EXACT, PADDED], ids=["exact", "padded"])
def test_every_architecture_is_verified(pair, verify, batches, table_round_trip):
    tables = [verify(pair, side=side, batches=batches) for side in ("base", "tuned")]
    noop = table_round_trip(pd.concat(tables, ignore_index=True), "noop")
    assert len(noop) == 2 * len(sample_events(pair.events, 4))
    assert not noop[["state_distance", "margin_distance"]].any(axis=None)
    assert noop["same_top"].all()
    assert set(noop["pair"]) == {pair.name}


def test_portions_of_a_few_positions_are_as_strict(pair, verify, monkeypatch):
    compared, full_pass = [], verification._full_pass

    def noted(model, rows, boundary, kept):
        compared.append(kept)
        return full_pass(model, rows, boundary, kept)

    monkeypatch.setattr(verification, "_full_pass", noted)
    monkeypatch.setattr(verification, "_TOGETHER", 7 * 140 + 1)
    noop = verify(pair, batches=PADDED)
    assert not noop[["state_distance", "margin_distance"]].any(axis=None)
    events = sample_events(pair.events, 4)
    portions = torch.stack(compared[:-2])  # the last two, plain and patched, keep the last position of each row
    assert portions.any(0).sum(-1).tolist() == events["context"].map(len).tolist()
    assert set(portions.sum((1, 2)).tolist()) == {7}
    for position in (0, 5, -1):  # of the longest context, which stands in the last row
        monkeypatch.setattr(verification, "_full_pass", with_one_wrong_logit(full_pass, position))
        with pytest.raises(PairError, match=f"{events['prompt_id'].iloc[-1]!r} .states differ by [^0]"):
            verify(pair, batches=PADDED)


def with_one_wrong_logit(full_pass, position):
    """A full pass whose first logit at one position of the last row is wrong in its last bit."""

    def run(model, rows, boundary, kept):
        found = full_pass(model, rows, boundary, kept)
        wrong = torch.zeros_like(kept)
        wrong[-1, position] = True
        place = wrong[kept].nonzero()
        logits = found.logits.clone()
        logits[place, 0] = torch.nextafter(logits[place, 0], torch.tensor(torch.inf))
        return replace(found, logits=logits)

    return run


def test_every_architecture_is_verified_in_bfloat16(pair, verify):
    noop = verify(pair, placement=COARSE)
    assert not noop[["state_distance", "margin_distance"]].any(axis=None)
    assert noop["same_top"].all()


@torch.no_grad()
def nudge(module):
    """Change one weight by a tenth of a percent."""
    weight = module.layers[1].mlp.down_proj.weight
    weight[3, 5] += 1e-3 * weight.abs().max()


@torch.no_grad()
def nudge_readout(readout):
    readout.unembedding.weight[7] *= 1.001


@pytest.mark.parametrize("change", [("upstream", nudge), ("late", nudge), ("readout", nudge_readout)])
def test_one_nudged_weight_is_refused(llama, verify, change):
    said = r"pair 'llama' is refused: halves of the tuned checkpoint are not its full forward pass at prompt 'p\d\d' \("
    with pytest.raises(PairError, match=rf"{said}states differ by .*; see docs/adding.md on architectures"):
        verify(llama, change=change)


def test_the_first_event_that_differs_is_named(llama, verify):
    with pytest.raises(PairError) as refused:
        verify(llama, side="base", change=("late", nudge))
    assert f"prompt {sample_events(llama.events, 4)['prompt_id'].iloc[0]!r}" in str(refused.value)
    assert "of the base checkpoint" in str(refused.value)


def test_another_boundary_state_is_refused_and_its_patch_has_an_effect(llama, verify):
    def move(states):
        for state in states.values():
            state[-1] += 1.0

    with pytest.raises(PairError, match=r"states differ by [1-9.]\S*, margins by 0\.\d*[1-9]"):
        verify(llama, change=("boundary", move))


@pytest.mark.parametrize("raised", ["tuned_token", "another"])
def test_a_patch_of_the_own_state_that_changes_the_logits_is_refused(llama, verify, monkeypatch, raised):
    full_pass = verification._full_pass

    def patched_pass(model, rows, boundary, _halves, kept):
        found = full_pass(model, rows, boundary, kept)
        events = {*rows["base_token"], *rows["tuned_token"]}
        token = (
            rows[raised].iloc[0] if raised == "tuned_token" else next(one for one in range(140) if one not in events)
        )
        logits = found.logits.clone()
        logits[..., int(token)] += 100.0
        return replace(found, logits=logits)

    monkeypatch.setattr(verification, "_patched_pass", patched_pass)
    with pytest.raises(PairError, match=f"states differ by 0, margins by {'100' if raised == 'tuned_token' else '0'}"):
        verify(llama)


def test_layer_types_that_are_not_sliced_are_refused(make_pair, verify, monkeypatch):
    verify(make_pair("gemma3"))
    monkeypatch.setattr(loading, "_config_of_blocks", lambda config, _: copy.copy(config))
    with pytest.raises(PairError, match="halves of the tuned checkpoint are not its full forward pass"):
        verify(make_pair("gemma3"))


def test_a_block_too_many_is_refused(llama, verify):
    def one_more(half):
        half.layers.insert(0, copy.deepcopy(half.layers[0]))

    with pytest.raises(PairError, match="is refused"):
        verify(llama, change=("late", one_more))


@pytest.mark.parametrize("part", ["upstream", "late", "readout"])
def test_states_that_are_not_numbers_are_refused(llama, verify, part):
    def spoil(module):
        weight = module.norm.weight if part == "readout" else module.layers[0].input_layernorm.weight
        weight.data.mul_(torch.nan)

    with pytest.raises(PairError, match="states differ by nan"):
        verify(llama, change=(part, spoil))


def test_the_sample_is_spread_over_context_lengths():
    lengths = [3, 30, 5, 5, 9, 12, 40, 2]
    events = pd.DataFrame(
        {
            "prompt_id": [f"p{place}" for place in range(8)],
            "context": [[0] * length for length in lengths],
            "usable": [True] * 7 + [False],
        }
    )
    assert sample_events(events, 3)["context"].map(len).tolist() == [3, 9, 40]
    assert sample_events(events, 1)["context"].map(len).tolist() == [3]
    assert sample_events(events, 100)["prompt_id"].tolist() == ["p0", "p2", "p3", "p4", "p5", "p1", "p6"]
    assert list(sample_events(events, 2).columns) == ["prompt_id", "context", "usable"]
