"""Halves of a checkpoint are the checkpoint, bit for bit, whatever its files look like."""

import pytest
import torch
from safetensors.torch import load_file, safe_open
from transformers import modeling_utils

from crosspatch.models.halves import late_half, load_late, load_upstream, run_late, run_upstream, upstream_half
from crosspatch.models.loading import Absent, Part, Placement, load_model, load_part, text_stack
from crosspatch.models.readout import load_readout

WEIGHTS = "model.safetensors"


def assert_halves_are_the_model(folder, boundary, contexts, run_full, tokenizer, placement):
    model = load_model(folder, placement)
    full = run_full(model, contexts, boundary)
    state = run_upstream(load_upstream(folder, boundary, placement), contexts)
    last = run_late(load_late(folder, boundary, placement), state)
    readout = load_readout(folder, tokenizer, placement)
    assert torch.equal(state, full.boundary)
    assert torch.equal(last, full.last)
    assert torch.equal(readout.logits(last)[..., readout.real], full.logits.float()[..., readout.real])
    assert readout.real.sum() == len(tokenizer)


def test_halves_are_the_full_model(pair, contexts, run_full, tokenizer, placement):
    assert_halves_are_the_model(pair.folders["tuned"], pair.boundary, contexts, run_full, tokenizer, placement)


@pytest.mark.parametrize("boundary", [1, 2, 4])
@pytest.mark.parametrize("name", ["gemma3", "deepseek"])
def test_halves_are_the_full_model_at_every_boundary(
    make_pair, name, boundary, contexts, run_full, tokenizer, placement
):
    assert_halves_are_the_model(make_pair(name).folders["base"], boundary, contexts, run_full, tokenizer, placement)


@pytest.mark.parametrize("boundary", [1, 2, 3, 4])
def test_attention_windows_stay_on_their_blocks(windowed, boundary, contexts, run_full, tokenizer, placement):
    assert_halves_are_the_model(windowed, boundary, contexts, run_full, tokenizer, placement)


def test_contexts_are_longer_than_the_windows(windowed, contexts, run_full, placement):
    model = load_model(windowed, placement)
    narrow = run_full(model, contexts, 1).logits
    text_stack(model).config.sliding_window = 1000
    assert not torch.equal(run_full(model, contexts, 1).logits, narrow)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_placement_is_respected(llama, dtype, attention, contexts, run_full, tokenizer):
    placement = Placement("cpu", dtype, attention)
    assert_halves_are_the_model(llama.folders["base"], 3, contexts, run_full, tokenizer, placement)
    half = load_late(llama.folders["base"], 3, placement)
    assert {weight.dtype for weight in half.parameters()} == {getattr(torch, dtype)}
    assert half.config._attn_implementation == attention


def test_views_of_a_loaded_model_leave_it_as_it_is(llama, contexts, run_full, placement):
    model = load_model(llama.folders["base"], placement)
    before = run_full(model, contexts, 3)
    state = run_upstream(upstream_half(model, 3), contexts)
    assert torch.equal(run_late(late_half(model, 3), state), before.last)
    assert torch.equal(run_full(model, contexts, 3).logits, before.logits)


class Slice:
    """A tensor in a safetensors file that notes in `read` when it is read."""

    def __init__(self, tensor, name, read):
        self.tensor, self.name, self.read = tensor, name, read

    def __getattr__(self, attribute):
        return getattr(self.tensor, attribute)

    def __getitem__(self, index):
        self.read.add(self.name)
        return self.tensor[index]


@pytest.fixture
def read(monkeypatch):
    """Names of the tensors that transformers reads from disk during the test."""
    names = set()

    class File:
        def __init__(self, *arguments, **options):
            self.file = safe_open(*arguments, **options)

        def __getattr__(self, attribute):
            return getattr(self.file, attribute)

        def __enter__(self):
            self.file.__enter__()
            return self

        def __exit__(self, *arguments):
            self.file.__exit__(*arguments)

        def get_slice(self, name):
            return Slice(self.file.get_slice(name), name, names)

    monkeypatch.setattr(modeling_utils, "safe_open", File)
    return names


def keys(folder):
    with safe_open(folder / WEIGHTS, framework="pt") as file:
        return set(file.keys())


def of_blocks(names, blocks):
    return {name for name in names if any(f".layers.{block}." in name for block in blocks) and "vision" not in name}


def test_only_the_tensors_of_the_part_are_read(pair, placement, read, tokenizer):
    folder = pair.folders["base"]
    everything = keys(folder)
    embedding = {name for name in everything if name.endswith("embed_tokens.weight")}
    head = {name for name in everything if name.endswith("lm_head.weight")} or embedding
    norm = {name for name in everything if name.endswith("model.norm.weight")}

    upstream = load_upstream(folder, 3, placement)
    assert read == embedding | of_blocks(everything, range(3))
    assert isinstance(upstream.norm, Absent)

    read.clear()
    late = load_late(folder, 3, placement)
    assert read == of_blocks(everything, (3, 4))
    assert isinstance(late.embed_tokens, Absent)

    read.clear()
    load_readout(folder, tokenizer, placement)
    assert read == head | norm
    assert len(embedding | head) + len(norm) + len(of_blocks(everything, range(5))) == len(
        {name for name in everything if "vision" not in name and "multi_modal" not in name}
    )


def test_modules_outside_the_part_hold_no_weights(pair, placement):
    model = load_part(pair.folders["base"], Part(range(3, 5)), placement)
    names = [name for name, _ in model.named_parameters()]
    assert len(of_blocks(names, (3, 4))) == len(names) > 0
    assert all(weight.device.type == "cpu" for weight in model.parameters())


def test_a_sharded_checkpoint(make_model, tokenizer, tmp_path, contexts, run_full, placement):
    make_model("qwen2").save_pretrained(tmp_path, max_shard_size="40KB")
    tokenizer.save_pretrained(tmp_path)
    assert len(list(tmp_path.glob("*.safetensors"))) > 2
    assert (tmp_path / "model.safetensors.index.json").is_file()
    assert_halves_are_the_model(tmp_path, 3, contexts, run_full, tokenizer, placement)


@pytest.mark.parametrize("name", ["qwen3", "gemma3", "gemma3_multimodal"])
def test_the_readout_of_tied_embeddings_is_the_embedding_matrix(
    name, make_model, save_model, contexts, run_full, tokenizer, placement
):
    folder = save_model(make_model(name, tie_word_embeddings=True), f"{name}_tied")
    (embedding,) = (name for name in keys(folder) if name.endswith("embed_tokens.weight"))
    assert not any("lm_head" in name for name in keys(folder))
    readout = load_readout(folder, tokenizer, placement)
    assert torch.equal(readout.unembedding.weight, load_file(folder / WEIGHTS)[embedding])
    assert_halves_are_the_model(folder, 3, contexts, run_full, tokenizer, placement)


def test_the_text_stack_of_a_multimodal_checkpoint_has_its_own_prefix(make_pair):
    names = keys(make_pair("gemma3_multimodal").folders["base"])
    assert {name.split(".")[0] for name in names} == {"language_model", "vision_tower", "multi_modal_projector"}


def test_experts_stored_one_by_one_are_fused(make_pair, placement):
    folder = make_pair("deepseek").folders["base"]
    stored = load_file(folder / WEIGHTS)
    half = load_late(folder, 3, placement)
    prefix = "model.layers.3.mlp.experts"
    rows = [[stored[f"{prefix}.{expert}.{name}_proj.weight"] for name in ("gate", "up")] for expert in range(4)]
    experts = half.layers[0].mlp.experts
    assert torch.equal(experts.gate_up_proj, torch.stack([torch.cat(row) for row in rows]))
    assert torch.equal(
        experts.down_proj, torch.stack([stored[f"{prefix}.{expert}.down_proj.weight"] for expert in range(4)])
    )


def test_a_vocabulary_padded_past_the_tokenizer(make_model, save_model, contexts, run_full, tokenizer, placement):
    folder = save_model(make_model("qwen2", vocabulary=len(tokenizer) + 20), "padded_vocabulary")
    assert_halves_are_the_model(folder, 3, contexts, run_full, tokenizer, placement)
    logits = load_readout(folder, tokenizer, placement).logits(torch.randn(2, 32))
    assert logits.shape == (2, len(tokenizer) + 20)
    assert torch.equal(logits.isneginf().sum(0) == 2, torch.arange(len(tokenizer) + 20) >= len(tokenizer))
