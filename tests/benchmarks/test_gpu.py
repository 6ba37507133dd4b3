"""The benchmarks of large shapes run in tiny ones, on a CPU; what they say of speed is of no interest here."""

import sys
from dataclasses import replace

import pandas as pd
import pytest
import torch
from benchmarks.contenders import engine, hooks, products, six_pass
from benchmarks.workloads import random_pair

from benchmarks import __main__ as command
from benchmarks import gpu

FEW = {"events": 12, "lengths": (10, 24), "prompts": 8, "max_new_tokens": 6}
SIZES = {"width": 64, "heads": 4, "inner": 96, "vocabulary": 300}
TINY = {
    "W3": replace(gpu.W3, **SIZES, **FEW, blocks=4, boundary=2, key_value_heads=2),
    "W4": replace(gpu.W4, **SIZES, **FEW, blocks=6, boundary=4, key_value_heads=2),
}


@pytest.mark.parametrize("name", TINY)
def test_tiny_shapes_give_every_row_but_those_of_a_gpu(name):
    table = pd.concat(gpu.compare(name, TINY[name], device="cpu", repeats=1, every=2))
    assert list(table["compared"]) == [
        "logits",
        "/ mean margin",
        "six passes / engine",
        "plain hooks / engine",
        "engine / matrix products",
        "TFLOP/s",
        "TFLOP/s",
        "six passes / engine",
    ]
    rows = table.set_index("what")
    assert rows.loc["largest distance of margins, plain hooks and engine", "ratio"] == 0
    assert 0 < rows.loc["mean distance of margins, six passes and engine", "ratio"] < 0.1


@pytest.fixture(scope="module", params=TINY)
def work(request):
    shape = TINY[request.param]
    return random_pair(request.param, shape, device="cpu", dtype=torch.float32, batches=gpu.BATCHES)


def test_contenders_measure_the_same_from_the_same_prompts(work):
    assert abs(hooks.cells(work) - engine.cells(work)).max() == 0
    assert abs(six_pass.cells(work) - engine.cells(work)).max() < 1e-4
    assert engine.rollouts(work) == six_pass.rollouts(work)
    ours, theirs = engine.study(work), six_pass.study(work)
    assert len(ours) > 1
    assert abs(ours - theirs).max() < 1e-4


def test_sides_share_all_weights_but_those_of_two_blocks(work):
    base, tuned = (dict(work.models[side].named_parameters()) for side in ("base", "tuned"))
    last = len(work.models["base"].model.layers) - 1
    own = {name for name, weight in tuned.items() if weight is not base[name]}
    assert own == {name for name in base if name.startswith(("model.layers.0.", f"model.layers.{last}."))}
    assert not any(torch.equal(tuned[name], base[name]) for name in own if base[name].ndim == 2)


def test_operations_are_those_of_six_passes_through_blocks(work):
    base = work.models["base"].model.layers
    block = sum(weight.numel() for weight in base[0].parameters() if weight.ndim == 2)
    passes = 2 * work.boundary + 4 * (len(base) - work.boundary)
    rows = sum(len(batch) * work.events["context"].iloc[batch].map(len).max() for batch in work.planned)
    assert products.operations(work) == 2 * rows * block * passes


def test_memory_adds_to_what_a_job_loads_what_is_held_beside(work, monkeypatch):
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: None)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: 5)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 12)
    found = pd.concat(gpu.memory(work)).set_index("what")["ratio"] * gpu.GIGABYTE
    sizes = {name: weight.nbytes for name, weight in work.models["base"].named_parameters()}
    late = [f"model.layers.{index}." for index in range(work.boundary, len(work.models["base"].model.layers))]
    of_late = sum(size for name, size in sizes.items() if name.startswith(tuple(late)))
    of_readout = sizes["model.norm.weight"] + sizes["lm_head.weight"]
    assert found["peak memory of roll_out"] == pytest.approx(sum(sizes.values()) + 7)
    assert found["peak memory of capture_boundary"] == pytest.approx(sum(sizes.values()) - of_late - of_readout + 7)
    assert found["peak memory of measure_cells"] == pytest.approx(of_late + 2 * of_readout + 7)


def test_without_a_gpu_the_command_says_so_and_ends(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "gpu"])
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    monkeypatch.setattr(command, "_into_page", None)
    monkeypatch.setenv("TQDM_DISABLE", "1")
    command.main()
    assert capsys.readouterr().out == "gpu: not measured, torch finds no GPU here; W3 and W4 need one of 80 GB\n"
