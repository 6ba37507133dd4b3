"""`make bench-check`: ratios that a change must not spoil, on a small workload and with wide margins (CI)."""

import os
import sys

import torch

from benchmarks.contenders import engine, floor, six_pass
from benchmarks.timing import alternate, ratios
from benchmarks.workloads import Shape, random_llama

SMALL = Shape(64, 8, 4, 176, 512, 5, events=120, lengths=(20, 39), prompts=60, max_new_tokens=12)
BARS = (("six passes", "at least", 3.0), ("floor", "at most", 3.0))  # measured: 4.4 and 1.4


def main() -> int:
    """Return how many ratios are missed, after printing them."""
    torch.set_num_threads(1)
    with random_llama("small", SMALL, batches={"plan": "exact", "tokens": 4096}) as work:
        cells = {
            "engine": lambda: engine.cells(work),
            "six passes": lambda: six_pass.cells(work),
            "floor": lambda: floor.cells(work),
        }
        table = ratios(alternate(cells, repeats=3), "engine", BARS, workload="small", what="four cells")
    print(table.drop(columns="seconds").to_string(index=False))
    return int((table["met"] == "no").sum())


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"
    sys.exit(main())
