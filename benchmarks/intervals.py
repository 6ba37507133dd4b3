"""Intervals of every effect, scope, arm, readout and precision for five families of 600 prompts."""

import time

import numpy as np
import pandas as pd

from benchmarks.timing import single
from crosspatch.statistics.balanced import estimate_balanced
from crosspatch.statistics.estimates import estimate_pair
from crosspatch.statistics.plan import Plan

PLAN = Plan("headline", seed=1, draws=10_000, level=0.95)
POSITIONS = [1, 3, 5, 10]


def compare() -> pd.DataFrame:
    """Return CPU seconds of the families' rows and of the balanced rows, all methods of intervals included."""
    frames = {f"family_{number}": random_cells(f"family_{number}", 600, seed=number) for number in range(5)}
    rows = []
    for what, run in (
        (
            "intervals of five families",
            lambda: [estimate_pair(frame, PLAN, positions=POSITIONS) for frame in frames.values()],
        ),
        ("intervals of their balance", lambda: estimate_balanced(frames, PLAN, positions=POSITIONS)),
    ):
        run()
        started = time.process_time()
        run()
        rows.append(single("5 x 600 prompts", f"{what}, 10,000 draws", time.process_time() - started, 2, "CPU s"))
    return pd.concat(rows)


def random_cells(pair: str, prompts: int, *, seed: int) -> pd.DataFrame:
    """Return a cells table of one event per prompt with random margins."""
    rng = np.random.default_rng(seed)
    events = pd.DataFrame(
        {
            "pair": pair,
            "prompt_id": [f"p{number:04d}" for number in range(prompts)],
            "step": rng.choice([0, 0, 0, 1, 2, 4, 7, 12], prompts),
            "category": rng.choice(list("abcde"), prompts),
            "template": rng.integers(0, 60, prompts).astype(str),
            "base_token": rng.integers(0, 50, prompts),
            "tuned_token": rng.integers(0, 50, prompts),
            "consistent": rng.random(prompts) < 0.97,
        }
    )
    tables = []
    for upstream in ("base", "tuned"):
        for late in ("base", "tuned"):
            for readout in ("common_tuned", "common_base", "native"):
                margins = rng.normal(size=prompts).astype(np.float32).astype(np.float64)
                cell = {"upstream": upstream, "late": late, "readout": readout}
                tables.append(events.assign(**cell, margin_float32=margins, margin_checkpoint=margins))
    return pd.concat(tables, ignore_index=True)
