"""Cost per event against the number of events, their length, and the number of families; drawn as a figure."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.contenders import engine
from benchmarks.timing import single
from benchmarks.workloads import Shape, Workload, random_llama
from crosspatch.figures.style import COLOURS, MUTED, new_figure, styled

SMALL = Shape(64, 8, 4, 176, 512, 5, events=5000, lengths=(20, 60), prompts=1, max_new_tokens=1)
EVENTS = (50, 200, 1000, 5000)
LENGTHS = (10, 30, 100, 300)
FAMILIES = (1, 2, 4, 8)
EXACT = {"plan": "exact", "tokens": 4096}


def measure() -> pd.DataFrame:
    """Return milliseconds of one thread per event (or per family and event) along three axes."""
    torch.set_num_threads(1)
    with random_llama("scaling", SMALL, batches=EXACT) as work:
        engine.cells(_some(work, 50))
        return pd.DataFrame([*_rows(work)])


def compare(path: Path) -> pd.DataFrame:
    """Measure, draw to `path`, and return how far the cost per event of the longest run is above the shortest's."""
    found = measure()
    _draw(found, path)
    events = found[found["axis"] == "events"].set_index("value")["milliseconds"]
    growth = events[max(EVENTS)] / events[min(EVENTS)]
    return single("d = 64", "cost per event, 5,000 events over 50", growth, 1.0, "ms / ms")


def _rows(work: Workload) -> Iterator[dict[str, object]]:
    for count in EVENTS:
        yield {"axis": "events", "value": count, "milliseconds": _milliseconds(_some(work, count))}
    rng = np.random.default_rng(1)
    for length in LENGTHS:
        few = _some(work, 200)
        contexts = [rng.integers(3, SMALL.vocabulary, length).tolist() for _ in range(200)]
        some = replace(few, events=few.events.assign(context=contexts))
        yield {"axis": "length", "value": length, "milliseconds": _milliseconds(some)}
    for families in FAMILIES:
        each = [_milliseconds(_some(work, 200)) for _ in range(families)]
        yield {"axis": "families", "value": families, "milliseconds": sum(each)}


def _some(work: Workload, count: int) -> Workload:
    places = np.linspace(0, len(work.events) - 1, count).round().astype(int)
    return replace(work, events=work.events.iloc[places].reset_index(drop=True))


def _milliseconds(work: Workload) -> float:
    started = time.process_time()
    engine.cells(work)
    return 1000 * (time.process_time() - started) / len(work.events)


def _draw(found: pd.DataFrame, path: Path) -> None:
    """Both axes logarithmic; dotted, a constant cost, and one that is proportional to length and to families."""
    labels = {"events": "Events", "length": "Tokens before the event", "families": "Families"}
    with styled():
        figure = new_figure(2.0)
        for axes, (axis, rows) in zip(figure.subplots(1, 3), found.groupby("axis", sort=False), strict=True):
            steps, cost = rows["value"], rows["milliseconds"]
            axes.plot(steps, cost, "o-", color=COLOURS["interaction"], markersize=3, linewidth=1)
            expected = cost.iloc[0] * (steps / steps.iloc[0]) ** (0 if axis == "events" else 1)
            axes.plot(steps, expected, ":", color=MUTED, linewidth=0.8)
            axes.set(xscale="log", yscale="log", xlabel=labels[str(axis)], ylim=(0.3, 50))
            axes.minorticks_off()
            axes.set_xticks(steps, [f"{step:,}" for step in steps])
            axes.set_yticks([1, 10], ["1", "10"])
            axes.set_ylabel("ms per event of each" if axis == "families" else "ms per event")
        figure.savefig(path, dpi=200)
