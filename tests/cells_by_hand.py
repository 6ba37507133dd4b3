"""Cells tables for tests of statistics, built from the margins of named events."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

CELLS = [("base", "base"), ("base", "tuned"), ("tuned", "base"), ("tuned", "tuned")]


def cells_of_events(events: list[dict[str, Any]], pair: str = "one", readouts: tuple[str, ...] = ("common_tuned",)):
    """Return the rows of `events`, each with `margins` (base/base, base/tuned, tuned/base, tuned/tuned)."""
    usual = {"step": 0, "category": "facts", "template": "t", "base_token": 1, "tuned_token": 2, "consistent": True}
    rows = []
    for event in events:
        described = {"pair": pair} | usual | {key: value for key, value in event.items() if key != "margins"}
        for (upstream, late), margin in zip(CELLS, event["margins"], strict=True):
            where = {"upstream": upstream, "late": late}
            margins = {"margin_float32": margin, "margin_checkpoint": np.round(margin * 4) / 4}
            rows += [described | where | {"readout": readout} | margins for readout in readouts]
    return pd.DataFrame(rows)


def random_cells(pair: str, prompts: list[str], seed: int, readouts: tuple[str, ...] = ("common_tuned",)):
    """Return cells of one event per prompt with margins in sixty-fourths, whose sums are exact."""
    rng = np.random.default_rng(seed)
    categories = ["facts", "code", "chat"]
    events = [
        {
            "prompt_id": prompt,
            "step": int(rng.geometric(0.4) - 1),
            "category": categories[sum(map(ord, prompt)) % 3],
            "template": f"t{sum(map(ord, prompt)) % 5}",
            "base_token": int(rng.integers(0, 3)),
            "tuned_token": int(rng.integers(3, 6)),
            "consistent": bool(rng.random() < 0.8),
            "margins": np.round(64 * rng.normal([-2.0, -1.0, 0.0, 3.0], 1.5)) / 64,
        }
        for prompt in prompts
    ]
    return cells_of_events(events, pair, readouts)


@pytest.fixture(scope="session")
def make_cells() -> Callable[..., pd.DataFrame]:
    return cells_of_events


@pytest.fixture(scope="session")
def make_random_cells() -> Callable[..., pd.DataFrame]:
    return random_cells


@pytest.fixture(scope="session")
def three_pairs() -> dict[str, pd.DataFrame]:
    """Three pairs that share some prompts."""
    prompts = [f"p{number:02d}" for number in range(24)]
    return {
        "alpha": random_cells("alpha", prompts[:20], 1),
        "beta": random_cells("beta", prompts[4:], 2),
        "gamma": random_cells("gamma", prompts[::2], 3),
    }
