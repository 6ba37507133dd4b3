"""Laws of grafts: what is exactly zero, what is exactly the other checkpoint, and what batches may not change."""

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from crosspatch.errors import MeasurementError
from crosspatch.experiments.grafts import distances
from crosspatch.experiments.grafts.arms import Rows, grafts
from crosspatch.experiments.grafts.grafted_passes import run_arms, run_other
from crosspatch.jobs.passes import embedded, run_blocks, run_pass, steps_of, usable_histories
from crosspatch.models.grafts import mlps_of, placed
from crosspatch.models.lens import Lens
from crosspatch.records.grafts import NO_GRAFT

WINDOWS = {"late": (2,), "whole": (0, 1, 2), "two": (0, 2), "terminal": (2,)}


def arms_of(parties):
    return grafts(WINDOWS, mlps_of(parties.other.model))


def under(table, arm):
    return table[table["arm"] == arm].drop(columns="arm").reset_index(drop=True)


def test_there_is_a_row_for_every_history_arm_block_and_lens(parties, histories, read):
    found = read(parties, histories, arms_of(parties))
    depth = len(parties.host.model.model.layers)
    arms = [NO_GRAFT, "late", "terminal", "whole", "two"]
    key = [(name, arm) for name in histories["prompt_id"] for arm in arms]
    assert list(found["choices"][["prompt_id", "arm"]].itertuples(index=False, name=None)) == key
    expected = [(*own, block) for own in key for block in range(depth)]
    assert list(found["writes"].iloc[:, :3].itertuples(index=False, name=None)) == expected
    expected = [(*own, lens) for own in expected for lens in ("raw", "tuned")]
    assert list(found["readings"].iloc[:, :4].itertuples(index=False, name=None)) == expected
    assert under(found["choices"], "late")["steps"].tolist() == [4, 6, 6, 1, 4]


def test_the_hosts_own_mlps_change_nothing_bit_for_bit(parties, histories, read):
    found = read(parties, histories, grafts(WINDOWS, mlps_of(parties.host.model)))
    for table in found.values():
        for arm in ("late", "whole", "two"):
            pd.testing.assert_frame_equal(under(table, arm), under(table, NO_GRAFT), check_exact=True)
    assert not found["readings"]["js_to_host"].any()
    assert (found["choices"]["agrees_with_host"] == 1).all()


def test_blocks_below_a_window_are_the_hosts(parties, histories, read):
    found = read(parties, histories, arms_of(parties))
    own, late = (under(found["readings"], arm) for arm in (NO_GRAFT, "late"))
    below = own["block"] < 2
    for name in ("entropy", "js_to_other", "js_to_host"):
        pd.testing.assert_series_equal(late[name][below], own[name][below], check_exact=True)
    assert (late["js_to_host"][~below] > 0).all()
    assert not late["js_to_host"][below].any()
    assert (late["kl_to_final"][below] != own["kl_to_final"][below]).all()  # the arm's own end, not the host's
    moved, still = (under(found["writes"], arm) for arm in ("late", NO_GRAFT))
    assert (moved["delta_cos_mlp"] != still["delta_cos_mlp"]).tolist() == (moved["block"] >= 2).tolist()


def test_all_mlps_of_a_checkpoint_that_differs_in_them_only_give_its_own_reading(parties, histories, read):
    model = copy.deepcopy(parties.host.model)
    for layer, tuned in zip(model.model.layers, parties.other.model.model.layers, strict=True):
        layer.mlp.load_state_dict(tuned.mlp.state_dict())
    twins = replace(parties, other=replace(parties.host, model=model))
    depth = range(len(model.model.layers))
    found = read(twins, histories, grafts({"all": tuple(depth)}, mlps_of(model)))
    other = read(twins.exchanged, histories, [])
    pd.testing.assert_frame_equal(under(found["writes"], "all"), under(other["writes"], NO_GRAFT), check_exact=True)
    assert not under(found["readings"], "all")["js_to_other"].any()
    assert (under(found["choices"], "all")["agrees_with_other"] == 1).all()
    for kind, swapped in (("readings", ["js_to_host", "js_to_other"]), ("choices", [])):
        left_out = ["arm", "agrees_with_host", "agrees_with_other", *swapped]
        names = [name for name in found[kind].columns if name not in left_out]
        own, its = under(found[kind], "all"), under(other[kind], NO_GRAFT)
        pd.testing.assert_frame_equal(own[names[1:]], its[names[1:]], check_exact=True)
    unpatched = under(found["readings"], NO_GRAFT)["js_to_other"]
    assert under(found["readings"], "all")["js_to_host"].tolist() == unpatched.tolist()


def test_a_pass_that_starts_at_the_window_is_the_whole_one_bit_for_bit(parties, histories):
    model, rows = (
        parties.host.model,
        Rows(histories["prompt_id"].tolist(), list(usable_histories(histories, "raw").values())),
    )
    donor, depth = mlps_of(parties.other.model), len(model.model.layers)
    arms = grafts({"one": (1,), "last": (depth - 1,), "first": (0,)}, donor)
    passes = run_arms(model, rows, arms)
    whole = run_pass(model, rows.histories)
    assert all(torch.equal(*both) for both in zip(passes.own.blocks, whole.blocks, strict=True))
    assert all(torch.equal(passes.own.cosines[name], values) for name, values in whole.cosines.items())
    assert [passes.arms[place].first for place in range(3)] == [1, depth - 1, 0]
    keep = steps_of(rows.histories, model.device)
    for place, arm in enumerate(arms):
        with placed(model, {index: donor[index] for index in arm.blocks}):
            states = run_blocks(model, range(depth), embedded(model, rows.histories), keep)[1].blocks
        own = passes.arms[place]
        assert all(torch.equal(*both) for both in zip(own.states.blocks, states[own.first :], strict=True))


def test_the_other_checkpoints_steps_are_in_the_histories_order_whatever_its_batches(parties, histories):
    model, asked = parties.other.model, list(usable_histories(histories, "chat").values())
    found = run_other(model, asked, {"plan": "exact", "tokens": 128})
    alone = [run_pass(model, [history]).blocks for history in asked]
    for states, parts in zip(found, zip(*alone, strict=True), strict=True):
        assert torch.equal(states, torch.cat(parts))


def test_a_history_reads_the_same_alone_and_padded_ones_within_rounding(parties, histories, read, monkeypatch):
    found = read(parties, histories, arms_of(parties))
    monkeypatch.setattr(distances, "TOGETHER", 9 * 140)
    for name in histories["prompt_id"]:
        alone = read(parties, histories[histories["prompt_id"] == name], arms_of(parties))
        for kind, table in found.items():
            own = table[table["prompt_id"] == name].reset_index(drop=True)
            pd.testing.assert_frame_equal(alone[kind], own, check_exact=True)
    padded = read(parties, histories, arms_of(parties), batches={"plan": "padded", "tokens": 128})
    for kind, table in found.items():
        numbers = table.select_dtypes("floating").columns
        np.testing.assert_allclose(padded[kind][numbers], table[numbers], atol=2e-4, rtol=2e-4)


def test_the_host_has_its_mlps_back(parties, histories, read):
    own = mlps_of(parties.host.model)
    read(parties, histories, arms_of(parties))
    assert all(mlps_of(parties.host.model)[index] is mlp for index, mlp in own.items())


def test_a_forced_token_that_the_host_cannot_choose_and_a_damaged_lens(make_parties, histories, read):
    parties = make_parties("llama")
    unreal = histories.assign(forced=[[138], *histories["forced"][1:]])
    with pytest.raises(MeasurementError, match="prompt 'p0': forced token 138 is none that this reader can choose"):
        read(parties.exchanged, unreal, [])
    lens = Lens(torch.zeros(5, 32, 32), torch.zeros(5, 32))
    lens.bias[3, 4] = float("nan")
    damaged = replace(parties, host=replace(parties.host, read=replace(parties.host.read, lens=lens)))
    message = "history of prompt 'p0', arm 'no graft': kl_to_final is nan; check the weights of both checkpoints"
    with pytest.raises(MeasurementError, match=message):
        read(damaged, histories, arms_of(parties))
