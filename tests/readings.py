"""Readings of a tiny pair's rollouts, and the cells at the events that a control selects from them."""

import pandas as pd
import pytest

from crosspatch.experiments.selection.path_readings import read_paths
from crosspatch.experiments.selection.paths import paths_of
from crosspatch.experiments.selection.selected_cells import measure_selected_events
from crosspatch.jobs.batching import plan_batches
from crosspatch.models.halves import every_block, load_late, load_upstream
from crosspatch.models.loading import load_model
from crosspatch.models.readout import load_readout, readout_of
from crosspatch.models.tokens import load_tokenizer
from crosspatch.models.vocabulary import load_vocabulary

SIDES = ("base", "tuned")
EXACT = {"plan": "exact", "tokens": 128}


@pytest.fixture(scope="session")
def read(placement, table_round_trip):
    """Return a function from a pair to its table of readings."""

    def run(pair, rollouts=None, batches=EXACT):
        tables = []
        for reader, folder in pair.folders.items():
            model = load_model(folder, placement)
            readout = readout_of(model, load_tokenizer(folder))
            given = {"reader": reader, "batches": batches, "device": "cpu"}
            tables.append(read_paths(every_block(model), readout, rollouts or pair.rollouts, **given))
        return table_round_trip(pd.concat(tables, ignore_index=True), "path_readings")

    return run


@pytest.fixture(scope="session")
def walk(read):
    """Return a function from a pair to the paths of its prompts and the vocabularies of its sides."""

    def run(pair, longest=64):
        paths = paths_of(pair.rollouts, read(pair), longest=longest)
        return paths, tuple(load_vocabulary(pair.folders[side], []) for side in SIDES)

    return run


@pytest.fixture(scope="session")
def measure_selected(placement, table_round_trip):
    """Return a function that measures the cells of a pair at selected events, read back from their table."""

    def run(pair, events):
        usable = table_round_trip(events, "selected_events").query("usable")
        readouts = {
            side: load_readout(folder, load_tokenizer(folder), placement) for side, folder in pair.folders.items()
        }
        cells = measure_selected_events(
            lambda side: load_upstream(pair.folders[side], pair.boundary, placement),
            lambda side: load_late(pair.folders[side], pair.boundary, placement),
            readouts,
            usable,
            plan_batches(usable["context"].map(len).tolist(), **EXACT),
            device="cpu",
        )
        return table_round_trip(cells, "control_cells")

    return run
