"""`make bench`: run the benchmarks, print one table of ratios, and put it into docs/benchmarks.md."""

import argparse
import importlib.util
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks import cold, gpu, intervals, overhead, scaling
from benchmarks.contenders import engine, floor, grafts, histories, hooks, six_pass, traces
from benchmarks.timing import alternate, ratios
from benchmarks.workloads import PACKED, PLAIN, W2, Workload, miniature, random_llama, random_pair, without_mask

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/benchmarks.md"
START, END = "<!-- rows: written by make bench -->", "<!-- end of rows -->"
MEASURED = ROOT / "benchmarks/measured.csv"
FAMILIES = ("llama", "qwen3", "mistral", "olmo2", "qwen2")
PADDED = {"plan": "padded", "tokens": 1024}
DECODED = {"plan": "padded", "tokens": 4096}  # some thirty prompts together, each with the tokens to come
EXACT = {"plan": "exact", "tokens": 4096}


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(GROUPS), default=list(GROUPS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--every", type=int, default=4, help="slow contenders run on every n-th event of W2")
    asked = parser.parse_args()
    torch.set_num_threads(os.cpu_count() or 1)
    os.environ["TQDM_DISABLE"] = "1"
    tables = []
    for name in asked.only:
        for table in GROUPS[name](asked.repeats, asked.every):
            print(_markdown(table), flush=True)
            tables.append(table.assign(machine=_machine(name)))
    if tables:
        _into_page(pd.concat(tables))


def small_cells(repeats: int, every: int) -> Iterator[pd.DataFrame]:
    """W1: cells and rollouts of the trained miniature families, one after the other, on one thread as their jobs."""
    torch.set_num_threads(1)
    works = [_miniature(family) for family in FAMILIES]
    padded = [replace(work, batches={"plan": "padded", "tokens": EXACT["tokens"]}) for work in works]
    few = [work.sample(every) for work in works]
    scale = {"six passes": sum(len(work.events) for work in works) / sum(len(work.events) for work in few)}
    contenders = {"engine": _all(engine.cells, works), "engine, padded": _all(engine.cells, padded)}
    timed = alternate(contenders | {"six passes": _all(six_pass.cells, few)}, repeats=repeats, scales=scale)
    for ours in contenders:
        yield ratios(timed, ours, [("six passes", "at least", 8)], workload="W1", what="four cells")
    contenders = {"engine": _all(engine.rollouts, works), "engine, padded": _all(engine.rollouts, padded)}
    scale = {"six passes": sum(len(work.prompts) for work in works) / sum(len(work.prompts) for work in few)}
    timed = alternate(contenders | {"six passes": _all(six_pass.rollouts, few)}, repeats=repeats, scales=scale)
    for ours in contenders:
        bars = [("six passes", "at least", 10)]
        yield ratios(timed, ours, bars, workload="W1", what="rollouts of both checkpoints")


def large_cells(repeats: int, every: int) -> Iterator[pd.DataFrame]:
    """W2: cells by every contender, with the same float32 products and with oneDNN's."""
    torch.set_num_threads(os.cpu_count() or 1)
    with random_llama("W2", W2, batches=PADDED) as work:
        few, share = work.sample(every), every
        packed, wrapped, bridged = (few.loaded_again(place) for place in (PACKED, PLAIN, PLAIN))
        _agree(few, wrapped)
        contenders: dict[str, Callable[[], object]] = {
            "engine": lambda: engine.cells(few),
            "engine, oneDNN": lambda: engine.cells(packed),
            "six passes": lambda: six_pass.cells(few),
            "plain hooks": lambda: hooks.cells(few),
            "nnsight": lambda: traces.cells(wrapped),
            "floor": lambda: floor.cells(few),
            "floor, oneDNN": lambda: floor.cells(packed),
        }
        if importlib.util.find_spec("transformer_lens"):
            from benchmarks.contenders import lens

            contenders["TransformerLens"] = lambda: lens.cells(bridged)
        timed = alternate(contenders, repeats=repeats, scales=dict.fromkeys(contenders, float(share)))
        others = [name for name in ("plain hooks", "nnsight", "TransformerLens") if name in contenders]
        bars = [("six passes", "at least", 3.5), *((name, "at least", 1.3) for name in others)]
        yield ratios(
            timed, "engine, oneDNN", [*bars, ("floor, oneDNN", "at most", 1.1)], workload="W2", what="four cells"
        )
        yield ratios(timed, "engine", [*bars, ("floor", "at most", 1.1)], workload="W2", what="four cells")


def large_rollouts(repeats: int, every: int) -> Iterator[pd.DataFrame]:
    """W2: rollouts, identical to decoding one prompt at a time."""
    torch.set_num_threads(os.cpu_count() or 1)
    with random_llama("W2", W2, batches=DECODED) as work:
        few = work.sample(every)
        if engine.rollouts(few) != six_pass.rollouts(few):
            raise AssertionError("batched rollouts are not those of one prompt at a time")
        packed = work.loaded_again(PACKED)
        contenders = {
            "engine": lambda: engine.rollouts(work),
            "engine, oneDNN": lambda: engine.rollouts(packed),
            "six passes": lambda: six_pass.rollouts(few),
        }
        timed = alternate(contenders, repeats=repeats, scales={"six passes": float(every)})
        for ours in ("engine, oneDNN", "engine"):
            bars = [("six passes", "at least", 3)]
            yield ratios(timed, ours, bars, workload="W2", what="rollouts of both checkpoints")


def sweeps(repeats: int, every: int) -> Iterator[pd.DataFrame]:
    """W2: every boundary of the stack, against that many times the registered one."""
    torch.set_num_threads(os.cpu_count() or 1)
    with random_llama("W2", W2, batches=PADDED) as work:
        few = work.loaded_again(PACKED).sample(2 * every)
        boundaries = range(1, W2.blocks)
        contenders = {"one boundary x 15": lambda: engine.cells(few), "sweep": lambda: engine.sweep(few, boundaries)}
        timed = alternate(contenders, repeats=repeats, scales={"one boundary x 15": float(len(boundaries))})
        bars = [("one boundary x 15", "at most", 0.6)]
        yield ratios(timed, "sweep", bars, workload="W2", what="cells at 15 boundaries")


def readings_of_histories(repeats: int, every: int) -> Iterator[pd.DataFrame]:
    """W2: every block of the base under both lenses at sixteen forced tokens, against products and the plain way."""
    torch.set_num_threads(os.cpu_count() or 1)
    work = without_mask(random_pair("W2", W2, device="cpu", dtype=torch.float32, batches=PADDED))
    some, few, lens = work.sample(4 * every), work.sample(16 * every), histories.random_lens(work)
    distance = float(np.abs(histories.readings(few, lens) - histories.plain(few, lens)).max())
    if distance > 1e-4:
        raise AssertionError(f"the plain way differs from readings by {distance} nats")
    contenders: dict[str, Callable[[], object]] = {
        "readings": lambda: histories.readings(some, lens),
        "plain way": lambda: histories.plain(few, lens),
        "matrix products": lambda: histories.products(some),
    }
    timed = alternate(contenders, repeats=repeats, scales={"plain way": len(some.events) / len(few.events)})
    bars = [("plain way", "at least", 3), ("matrix products", "at most", 1.3)]
    yield ratios(timed, "readings", bars, workload="W2", what="readings of histories by one checkpoint")


def readings_of_grafts(repeats: int, every: int) -> Iterator[pd.DataFrame]:
    """W2: the base with tuned MLPs in every window, against as many full readings and the published way."""
    torch.set_num_threads(os.cpu_count() or 1)
    work = without_mask(random_pair("W2", W2, device="cpu", dtype=torch.float32, batches=PADDED))
    some, few, lens = work.sample(16 * every), work.sample(32 * every), histories.random_lens(work)
    arms = grafts.arms_of(work)
    slow = arms[:: len(arms) // 4]
    distance = float(np.abs(grafts.readings(few, lens, slow) - grafts.published(few, lens, slow)).max())
    if distance > 1e-4:
        raise AssertionError(f"the published way differs from readings of grafts by {distance} nats")
    contenders: dict[str, Callable[[], object]] = {
        "grafts": lambda: grafts.readings(some, lens, arms),
        "one full reading x arms": lambda: histories.readings(some, lens),
        "published way": lambda: grafts.published(few, lens, slow),
    }
    share = len(some.events) / len(few.events) * len(arms) / len(slow)
    scales = {"one full reading x arms": float(len(arms)), "published way": share}
    timed = alternate(contenders, repeats=repeats, scales=scales)
    bars = [("one full reading x arms", "at most", 0.6), ("published way", "at least", 10)]
    yield ratios(timed, "grafts", bars, workload="W2", what=f"{len(arms)} grafts of one host")


def cold_starts(_repeats: int, every: int) -> Iterator[pd.DataFrame]:
    """W2 in four shards: bytes read and memory held by the halves."""
    with random_llama("W2", W2, batches=PADDED) as work:
        yield cold.compare(work.sample(every))


def everything_around(_repeats: int, _every: int) -> Iterator[pd.DataFrame]:
    """Start-up, planning, the share of CPU time in the stages, intervals."""
    yield overhead.planning()
    yield overhead.starting()
    yield intervals.compare()
    yield overhead.share_in_stages()


def growth(_repeats: int, _every: int) -> Iterator[pd.DataFrame]:
    """Cost per event along three axes, drawn."""
    yield scaling.compare(ROOT / "docs/benchmarks_scaling.png")


def large_shapes(repeats: int, every: int) -> Iterator[pd.DataFrame]:
    """W3 and W4: the shapes of an 8B and a 32B checkpoint, on a GPU."""
    if not torch.cuda.is_available():
        print("gpu: not measured, torch finds no GPU here; W3 and W4 need one of 80 GB")
        return
    for name, shape in (("W3", gpu.W3), ("W4", gpu.W4)):
        yield from gpu.compare(name, shape, device="cuda", repeats=repeats, every=4 * every)


GROUPS = {
    "W1": small_cells,
    "W2": large_cells,
    "rollouts": large_rollouts,
    "sweep": sweeps,
    "histories": readings_of_histories,
    "grafts": readings_of_grafts,
    "cold": cold_starts,
    "scaling": growth,
    "overhead": everything_around,
    "gpu": large_shapes,
}


def _miniature(family: str) -> Workload:
    pair = f"miniature_{family}"
    return miniature(ROOT / "results/miniature", pair, boundary=5, max_new_tokens=32, batches=EXACT)


def _all(run: Callable[[Workload], object], works: list[Workload]) -> Callable[[], object]:
    return lambda: [run(work) for work in works]


def _agree(work: Workload, wrapped: Workload) -> None:
    """Refuse to time contenders that do not measure the same numbers."""
    ours = engine.cells(work)
    others = {"six passes": six_pass.cells(work), "plain hooks": hooks.cells(work), "nnsight": traces.cells(wrapped)}
    for name, margins in others.items():
        distance = float(np.abs(margins - ours).max())
        if distance > 1e-4:
            raise AssertionError(f"{name} differs from the engine by {distance} logits")


def _markdown(table: pd.DataFrame) -> str:
    shown = table.assign(
        ratio=table["ratio"].map("{:.3g}".format),
        spread=table["least"].map("{:.3g}".format) + " to " + table["most"].map("{:.3g}".format),
    )
    return shown[["workload", "what", "compared", "ratio", "spread", "bar", "met", "seconds"]].to_markdown(index=False)


def _into_page(table: pd.DataFrame) -> None:
    """Replace the rows that were measured again on this machine, and write all rows into the page."""
    known = pd.concat([_known(), table], ignore_index=True)
    known = known.drop_duplicates(["machine", "workload", "what", "compared"], keep="last")
    known.to_csv(MEASURED, index=False, float_format="%.4g")
    sections = [f"### {name}\n\n{_markdown(rows)}" for name, rows in known.groupby("machine", sort=False)]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    PAGE.write_text("\n\n".join([before + START, *sections, END + after]), encoding="utf-8")


def _machine(group: str) -> str:
    cores = f"{os.cpu_count()} CPU cores, {torch.backends.cpu.get_cpu_capability()}"
    return f"{torch.cuda.get_device_name() if group == 'gpu' else cores}, torch {torch.__version__}"


def _known() -> pd.DataFrame:
    return pd.read_csv(MEASURED, keep_default_na=False) if MEASURED.exists() else pd.DataFrame()


if __name__ == "__main__":
    main()
