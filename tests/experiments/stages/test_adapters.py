"""Adapters: where they sit, what merging is, and that they are the same twice."""

import json

import pandas as pd
import pytest
import torch

from crosspatch.errors import CheckpointError
from crosspatch.experiments.stages.adapters import adapt_to_domain, linear_layers, load_adapter, save_adapter
from crosspatch.experiments.stages.domains import documents_of, domain_of
from crosspatch.experiments.stages.gates import merge_differences

SETTINGS = {"rank": 2, "alpha": 6, "steps": 4, "batch": 2, "window": 8, "rate": 0.01, "weight_decay": 0.0}
DOCUMENTS = pd.DataFrame(
    {
        "kind": ["code", "article"] * 10,
        "text": ["List three fruits: apples, pears, plums.", "Mira lives in Tolo and works as a baker."] * 10,
    }
)


CODE = domain_of({"documents": DOCUMENTS}, {"kinds": ["code"]})


def adapted(make_model, tokenizer, architecture="llama", seed=0, **settings):
    model = make_model(architecture)
    return adapt_to_domain(model, CODE, tokenizer, settings={**SETTINGS, **settings}, seed=seed)


@pytest.mark.parametrize("architecture", ["llama", "qwen3", "mistral", "olmo2", "qwen2", "gemma3"])
def test_merged_weights_are_those_of_the_base_and_the_scaled_product(make_model, tokenizer, architecture):
    base = {name: weight.clone() for name, weight in make_model(architecture).state_dict().items()}
    model, curve = adapted(make_model, tokenizer, architecture)
    layers = linear_layers(make_model(architecture))
    factors = {name: weight.detach().clone() for name, weight in model.named_parameters() if "lora_" in name}
    merged = model.merge_and_unload().state_dict()
    assert curve[-1].loss < curve[0].loss
    assert merged.keys() == base.keys()
    assert len(factors) == 2 * len(layers)
    moved = [name for name in base if not torch.equal(base[name], merged[name])]
    assert {name.removesuffix(".weight") for name in moved} == set(layers)
    for name in layers:
        down, up = (factors[f"base_model.model.{name}.lora_{letter}.default.weight"] for letter in "AB")
        by_hand = base[f"{name}.weight"] + SETTINGS["alpha"] / SETTINGS["rank"] * up @ down
        torch.testing.assert_close(merged[f"{name}.weight"], by_hand)


def test_all_linear_layers_of_attention_and_mlp_have_one_and_the_readout_none(make_model, architecture):
    names = linear_layers(make_model(architecture))
    assert {part for name in names for part in name.split(".")} >= {"self_attn", "mlp"}
    assert not [name for name in names if "lm_head" in name or "vision" in name or "embed" in name]


def test_the_same_seed_gives_the_same_files_and_no_path_is_in_them(make_model, tokenizer, tmp_path):
    for place, seed in (("one", 0), ("two", 0), ("other", 1)):
        save_adapter(adapted(make_model, tokenizer, seed=seed)[0], tmp_path / place, "parent")
    files = {place: {path.name: path.read_bytes() for path in (tmp_path / place).iterdir()} for place in ("one", "two")}
    assert files["one"] == files["two"]
    assert b'"base_model_name_or_path": "parent"' in files["one"]["adapter_config.json"]
    layers = json.loads(files["one"]["adapter_config.json"])["target_modules"]
    assert layers == sorted(layers)  # in every process
    weights = "adapter_model.safetensors"
    assert (tmp_path / "other" / weights).read_bytes() != files["one"][weights]


def test_a_saved_adapter_is_the_merged_checkpoint(make_model, tokenizer, tmp_path):
    model, _ = adapted(make_model, tokenizer)
    save_adapter(model, tmp_path / "adapter", "parent")
    merged = model.merge_and_unload()
    windows = CODE.held_out_windows(tokenizer, window=8)
    found = merge_differences(load_adapter(make_model("llama"), tmp_path / "adapter", "parent"), merged, windows)
    assert found["merge_logits"] < 1e-4
    assert abs(found["merge_kl"]) < 1e-9
    assert found["merge_top"] == 1.0
    assert merge_differences(make_model("llama"), merged, windows)["merge_logits"] > 0.01


def test_only_the_layers_that_are_named_have_one(make_model, tokenizer):
    model, _ = adapted(make_model, tokenizer, layers=["q_proj", "up_proj"])
    (config,) = model.peft_config.values()
    assert len(config.target_modules) == 10  # in five blocks
    assert {layer.rpartition(".")[2] for layer in config.target_modules} == {"q_proj", "up_proj"}
    with pytest.raises(CheckpointError, match=r"blocks have no linear layer 'c_attn', only \['down_proj', .*; correct"):
        adapted(make_model, tokenizer, layers=["q_proj", "c_attn"])


def test_computing_activations_twice_changes_no_weight(make_model, tokenizer):
    once, twice = (adapted(make_model, tokenizer, recompute=again)[0].state_dict() for again in (False, True))
    for name, weight in once.items():
        torch.testing.assert_close(twice[name], weight)


def test_an_adapter_of_bfloat16_weights_learns_and_its_own_are_float32(make_model, tokenizer):
    model = make_model("llama").to(torch.bfloat16)
    inside, curve = adapt_to_domain(model, CODE, tokenizer, settings={**SETTINGS, "steps": 12}, seed=0)
    assert curve[-1].loss < 0.99 * curve[0].loss
    dtypes = {"lora_" in name: weight.dtype for name, weight in inside.named_parameters()}
    assert dtypes == {True: torch.float32, False: torch.bfloat16}
    assert {weight.dtype for weight in inside.merge_and_unload().parameters()} == {torch.bfloat16}


def test_an_adapter_of_another_checkpoint_is_refused(make_model, tokenizer, tmp_path):
    save_adapter(adapted(make_model, tokenizer)[0], tmp_path, "parent")
    with pytest.raises(
        CheckpointError, match="this adapter was trained inside 'parent', not 'other'; delete the folder"
    ):
        load_adapter(make_model("llama"), tmp_path, "other")


def test_what_merging_changes_at_the_last_positions_by_hand(make_model):
    one, other = make_model("llama"), make_model("llama", seed=1)
    windows = torch.tensor([[5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]])
    found = merge_differences(one, other, windows, last=1)
    with torch.no_grad():
        left, right = (model.eval()(windows).logits[:, -1] for model in (one, other))
    apart = (left - right).abs()
    tops, fives = left.argmax(-1).tolist(), right.topk(5).indices.tolist()
    five = left.topk(5).indices
    log_left, log_right = left.double().log_softmax(-1), right.double().log_softmax(-1)
    divergence = torch.nn.functional.kl_div(log_right, log_left, log_target=True, reduction="batchmean")
    by_hand = {
        "merge_logits": apart.max().item(),
        "merge_mean": apart.mean().item(),
        "merge_five": max(apart[row, token].item() for row in range(3) for token in five[row].tolist()),
        "merge_kl": divergence.item(),
        "merge_top": sum(top == row[0] for top, row in zip(tops, fives, strict=True)) / 3,
        "merge_in_five": sum(top in row for top, row in zip(tops, fives, strict=True)) / 3,
    }
    assert found == pytest.approx(by_hand, rel=1e-5)
    assert merge_differences(one, other, windows, last=0)["merge_logits"] >= found["merge_logits"]


def test_a_kind_that_the_world_did_not_write_is_refused():
    with pytest.raises(CheckpointError, match=r"has no document of kind 'poems', only \['article', 'code'\]; let it"):
        documents_of(DOCUMENTS, ["code", "poems"])


def test_too_few_documents_are_refused(tokenizer):
    said = "2 documents of code of the miniature world are too few for one held-out window of 9999 tokens; let the"
    with pytest.raises(CheckpointError, match=said):
        CODE.held_out_windows(tokenizer, window=9999)
