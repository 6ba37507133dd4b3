"""Grafted passes of real pairs: the factorial's own cells, plain hooks on whole models as second route, and laws."""

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from crosspatch.experiments.windows.grafted_passes import NO_GRAFT, Host, run_grafts
from crosspatch.experiments.windows.picks import DONOR, choice_values
from crosspatch.experiments.windows.write_out import write_out_values
from crosspatch.jobs.batching import plan_batches
from crosspatch.models.grafts import load_host, load_mlps
from crosspatch.models.readout import load_readout

SIDES = ("base", "tuned")
WINDOWS = {"middle": (1, 2), "late": (3, 4)}
POST_NORM = ("olmo2", "gemma3", "gemma3_multimodal")


@pytest.fixture(scope="module")
def run_both(tokenizer, placement):
    """Return a function that runs both hosts of two checkpoint folders."""

    def run(folders, events, plan="exact"):
        readouts = {side: load_readout(folder, tokenizer, placement) for side, folder in folders.items()}
        planned = plan_batches(events["context"].map(len).tolist(), plan=plan, tokens=128)
        passes = {}
        for side in SIDES:
            mlps = load_mlps(folders[DONOR[side]], range(5), placement)
            host = Host(side, load_host(folders[side], placement), mlps, readouts)
            passes[side] = run_grafts(host, WINDOWS, events, planned)
        return passes

    return run


@pytest.fixture(scope="module")
def passes(pair, run_both):
    return run_both(pair.folders, pair.usable)


def test_passes_without_a_graft_are_the_unpatched_cells(pair, passes, measure):
    cells = measure(pair.folders, pair.events, pair.boundary)
    for side in SIDES:
        own = cells[(cells["upstream"] == side) & (cells["late"] == side) & (cells["readout"] == "native")]
        own = own.set_index("prompt_id").loc[pair.usable["prompt_id"]]
        for column in ("top_token", "margin_float32", "margin_checkpoint"):
            assert passes[side][NO_GRAFT].choices[column].tolist() == own[column].tolist()


# The submodule of a block whose input is the residual stream that the MLP adds to.
ENTRY = {"olmo2": "mlp", "gemma3": "pre_feedforward_layernorm", "gemma3_multimodal": "pre_feedforward_layernorm"}


def stack_of(model):
    return model.model.language_model if hasattr(model.model, "language_model") else model.model


@torch.no_grad()
def by_hooks(architecture, host, donor, window, event):
    """Logits of one pass with the donor's MLPs called by hooks, and by block what enters and leaves MLP and block."""
    seen = {"before": {}, "output": {}, "after": {}}
    handles = []
    for index, (layer, other) in enumerate(zip(stack_of(host).layers, stack_of(donor).layers, strict=True)):

        def graft(_, given, output, index=index, other=other):
            output = other.mlp(given[0]) if index in window else output
            seen["output"][index] = output
            return output

        entry = layer.get_submodule(ENTRY.get(architecture, "post_attention_layernorm"))
        handles += [
            entry.register_forward_pre_hook(lambda _, given, index=index: seen["before"].update({index: given[0]})),
            layer.mlp.register_forward_hook(graft),
            layer.register_forward_hook(lambda _, __, output, index=index: seen["after"].update({index: output})),
        ]
    logits = host(input_ids=torch.tensor(event.context)[None], use_cache=False).logits[0, -1]
    for handle in handles:
        handle.remove()
    return logits, {name: [states[index][0, -1] for index in range(5)] for name, states in seen.items()}


def supports_by_hand(model, before, with_write, event):
    """Difference of the model's own logits of the two tokens at two states."""
    head = [model.lm_head(stack_of(model).norm(state))[[event.base_token, event.tuned_token]] for state in with_write]
    less = [model.lm_head(stack_of(model).norm(state))[[event.base_token, event.tuned_token]] for state in before]
    return torch.stack([one - other for one, other in zip(head, less, strict=True)]).detach().numpy()


@pytest.mark.parametrize("side", SIDES)
def test_choices_and_supports_agree_with_plain_hooks_on_whole_models(pair, passes, side):
    models = {name: AutoModelForCausalLM.from_pretrained(folder).eval() for name, folder in pair.folders.items()}
    for place in (0, len(pair.usable) - 1):
        event = pair.usable.astype({"base_token": int, "tuned_token": int}).iloc[place]
        logits, seen = by_hooks(pair.name, models[side], models[DONOR[side]], WINDOWS["late"], event)
        found = passes[side]["late"]
        chosen = found.choices.iloc[place]
        assert chosen["top_token"] == int(logits.argmax())
        margin = float(logits[event.tuned_token] - logits[event.base_token])
        assert chosen["margin_float32"] == pytest.approx(margin, abs=5e-5)
        outputs = [before + output for before, output in zip(seen["before"], seen["output"], strict=True)]
        for reader in SIDES:
            for version, states in enumerate([seen["after"], outputs]):
                expected = supports_by_hand(models[reader], seen["before"], states, event)
                np.testing.assert_allclose(found.supports[reader][place, :, version], expected, atol=1e-4)


def test_versions_of_the_write_differ_in_post_norm_families_only(pair, passes):
    supports = passes["tuned"][NO_GRAFT].supports["tuned"]
    if pair.name in POST_NORM:
        assert np.abs(supports[:, :, 0] - supports[:, :, 1]).max() > 1e-3
    else:
        np.testing.assert_array_equal(supports[:, :, 0], supports[:, :, 1])


def test_padding_changes_nothing_but_roundings(llama, run_both):
    exact, padded = (run_both(llama.folders, llama.usable, plan)["base"]["late"] for plan in ("exact", "padded"))
    assert exact.choices["top_token"].tolist() == padded.choices["top_token"].tolist()
    np.testing.assert_allclose(exact.supports["base"], padded.supports["base"], atol=1e-4)


def test_two_equal_checkpoints_have_no_gains_and_pick_the_same(llama, run_both):
    folders = dict.fromkeys(SIDES, llama.folders["base"])
    passes = run_both(folders, llama.usable)
    values = write_out_values(passes, WINDOWS, ["middle"], ["middle", "late"], llama.usable)
    gains = values[values["quantity"].isin(["base_host_gain", "tuned_host_gain", "interaction"])]
    assert len(gains) == 3 * 2 * 3 * len(llama.usable)
    assert not gains["value"].any()
    alone = values[values["arm"].isin(["base, middle", "tuned, middle"])]
    sides = [table["value"].to_numpy() for _, table in alone.groupby("arm")]
    np.testing.assert_array_equal(*sides)
    picks = choice_values(passes, llama.usable).pivot_table(index="arm", columns="quantity", values="value")
    assert (picks.loc[["base host, no graft"]].to_numpy() == picks.filter(like="base host", axis=0).to_numpy()).all()


def test_the_tables_fit_their_schema(pair, passes, table_round_trip):
    written = table_round_trip(write_out_values(passes, WINDOWS, ["middle"], ["late"], pair.usable), "control_values")
    picked = table_round_trip(choice_values(passes, pair.usable), "control_values")
    assert len(written) == 3 * (2 * 2 + 3) * len(pair.usable)
    assert len(picked) == 2 * 3 * 5 * len(pair.usable)
    sums = picked[picked["quantity"].str.startswith("picks_")].groupby(["arm", "prompt_id"])["value"].sum()
    assert (sums == 1).all()
