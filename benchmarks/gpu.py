"""W3 and W4: the shapes of Llama 3.1 8B and OLMo 2 32B in bfloat16 on one GPU, with random weights made there."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import torch
from torch import nn

from benchmarks.contenders import engine, hooks, products, six_pass
from benchmarks.timing import alternate, ratios, single
from benchmarks.workloads import Shape, Workload, random_pair
from crosspatch.models.halves import late_half, upstream_half

LARGE = {"events": 256, "lengths": (20, 200), "prompts": 64, "max_new_tokens": 32}
W3 = Shape(4096, 32, 32, 14_336, 128_256, 19, **LARGE, key_value_heads=8)
W4 = Shape(5120, 64, 40, 27_648, 100_352, 38, **LARGE, key_value_heads=8, model_type="olmo2")
BATCHES = {"plan": "padded", "tokens": 8192}
GIGABYTE = 1e9
ROOM = 80  # of the GPU that a 32B pair is to fit, in GB


def compare(name: str, shape: Shape, *, device: str, repeats: int, every: int) -> Iterator[pd.DataFrame]:
    """Measure one shape; the six passes run on every n-th event and prompt."""
    work = random_pair(name, shape, device=device, dtype=torch.bfloat16, batches=BATCHES)
    few = work.sample(every)
    yield from agreement(work, few)
    scales = {"six passes": len(work.events) / len(few.events)}
    contenders = {
        "engine": lambda: engine.cells(work),
        "plain hooks": lambda: hooks.cells(work),
        "matrix products": lambda: products.cells(work),
        "six passes": lambda: six_pass.cells(few),
    }
    timed = alternate(contenders, repeats=repeats, scales=scales)
    bars = [("six passes", "at least", 3.5), ("plain hooks", "at least", 1.3), ("matrix products", "at most", 1.5)]
    yield ratios(timed, "engine", bars, workload=name, what="four cells")
    for whose, seconds in (("engine", timed["engine"].wall), ("matrix products", timed["matrix products"].wall)):
        speed = products.operations(work) / float(np.median(seconds)) / 1e12
        yield single(name, f"block products of the four cells, {whose}", speed, float("inf"), "TFLOP/s")
    contenders = {"engine": lambda: engine.study(work), "six passes": lambda: six_pass.study(few)}
    timed = alternate(contenders, repeats=repeats, scales=scales)
    yield ratios(timed, "engine", [("six passes", "at least", 3)], workload=name, what="rollouts to cells")
    if torch.device(device).type == "cuda":
        yield from memory(work)


def agreement(work: Workload, few: Workload) -> Iterator[pd.DataFrame]:
    """Compare margins: in the engine's own batches to the bit, one event at a time to the rounding of bfloat16."""
    apart = np.abs(hooks.cells(work) - engine.cells(work)).max()
    yield single(work.name, "largest distance of margins, plain hooks and engine", apart, 0, "logits")
    alone = six_pass.cells(few)
    share = np.abs(alone - engine.cells(few)).mean() / np.abs(alone).mean()
    yield single(work.name, "mean distance of margins, six passes and engine", share, 0.1, "/ mean margin")


def memory(work: Workload) -> Iterator[pd.DataFrame]:
    """Add to the bytes of what each job loads the most that the engine holds beside weights."""
    base, tuned = work.models["base"], work.models["tuned"]
    cells = _held_beside_weights(lambda: engine.cells(work))
    rollouts = _held_beside_weights(lambda: engine.rollouts(work))
    readouts = 2 * sum(_bytes(module) for module in (base.model.norm, base.lm_head))
    for job, size in (
        ("roll_out", _bytes(base) + rollouts),
        ("capture_boundary", _bytes(upstream_half(base, work.boundary)) + cells),
        ("measure_cells", _bytes(late_half(tuned, work.boundary).layers) + readouts + cells),
    ):
        yield single(work.name, f"peak memory of {job}", size / GIGABYTE, ROOM, "GB")


def _held_beside_weights(run: Callable[[], object]) -> int:
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    run()
    return torch.cuda.max_memory_allocated() - before


def _bytes(module: nn.Module) -> int:
    return sum(weight.nbytes for weight in module.parameters())
