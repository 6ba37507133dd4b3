"""Contenders timed in turn, again and again, and the ratios of their medians."""

import gc
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

import pandas as pd
import torch


@dataclass
class Timed:
    """Wall and CPU seconds of each repetition of one contender, and how many times more it would take for all rows.

    scale: number of the workload's rows per row that was run; 1 unless the contender ran on a sample.
    """

    scale: float = 1.0
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def alternate(
    contenders: Mapping[str, Callable[[], object]], *, repeats: int, scales: Mapping[str, float] | None = None
) -> dict[str, Timed]:
    """Run every contender once, then all of them again, `repeats` times; nothing is dropped."""
    timed = {name: Timed((scales or {}).get(name, 1.0)) for name in contenders}
    for _ in range(repeats):
        for name, run in contenders.items():
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            timed[name].wall.append((time.perf_counter() - wall) * timed[name].scale)
            timed[name].cpu.append((time.process_time() - cpu) * timed[name].scale)
    return timed


def ratios(
    timed: Mapping[str, Timed], ours: str, bars: Iterable[tuple[str, str, float]], *, workload: str, what: str
) -> pd.DataFrame:
    """Return one row per bar (contender, `at least` or `at most`, bound).

    `at least`: contender's time over ours; `at most`: ours over the contender's. The spread is over repetitions.
    """
    rows = []
    for name, sense, bound in bars:
        pairs = zip(timed[name].wall, timed[ours].wall, strict=True)
        each = [theirs / own if sense == "at least" else own / theirs for theirs, own in pairs]
        upper, lower = (timed[name], timed[ours]) if sense == "at least" else (timed[ours], timed[name])
        ratio = median(upper.wall) / median(lower.wall)
        met = ratio >= bound if sense == "at least" else ratio <= bound
        rows.append(
            {
                "workload": workload,
                "what": what,
                "compared": f"{name} / {ours}" if sense == "at least" else f"{ours} / {name}",
                "ratio": ratio,
                "least": min(each),
                "most": max(each),
                "bar": f"{'≥' if sense == 'at least' else '≤'} {bound:g}",
                "met": "yes" if met else "no",
                "seconds": f"{median(upper.wall):.3g} / {median(lower.wall):.3g}",
            }
        )
    return pd.DataFrame(rows)


def single(workload: str, what: str, value: float, bound: float, unit: str) -> pd.DataFrame:
    """Return the row of a figure that must be at most `bound`."""
    row = {"workload": workload, "what": what, "compared": unit, "ratio": value, "least": value, "most": value}
    return pd.DataFrame([row | {"bar": f"≤ {bound:g}", "met": "yes" if value <= bound else "no", "seconds": ""}])
