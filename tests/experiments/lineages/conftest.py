"""A lineage of tiny random checkpoints, each a little away from the one before, and its cells without Snakemake."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crosspatch.experiments.lineages.measure_stage import measure_stage_cells
from crosspatch.experiments.lineages.stage_cells import assemble_stages
from crosspatch.experiments.lineages.stage_events import events_to_run, only_readable, readable_events
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import capture_boundary_states, finite
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.readout import load_readout
from crosspatch.models.tokens import load_tokenizer
from crosspatch.models.vocabulary import load_vocabulary
from perturbed_weights import perturbed

NAMES = ("first", "middle", "last")
BOUNDARY = 3
EXACT = {"plan": "exact", "tokens": 128}


@pytest.fixture(scope="session")
def line(make_model: Callable[..., Any], save_model: Callable[..., Path]) -> dict[str, Path]:
    """Folders of three stages, in order; each is trained from the one before, so to say."""
    model = make_model("llama")
    folders = {"first": save_model(model, "first")}
    for name, seed, share in (("middle", 1, 0.1), ("last", 2, 0.12)):
        folders[name] = save_model(perturbed(model, seed=seed, share=share), name)
    return folders


@pytest.fixture(scope="session")
def support(line: Mapping[str, Path], find_events: Callable[..., Any]) -> pd.DataFrame:
    """Events of the pair of first and last stage."""
    return find_events("support", {"base": line["first"], "tuned": line["last"]})[1]


@pytest.fixture(scope="session")
def own_cells(line: Mapping[str, Path], support: pd.DataFrame, measure: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """The factorial of that pair."""
    return measure({"base": line["first"], "tuned": line["last"]}, support, BOUNDARY)


@pytest.fixture(scope="session")
def late_tables(
    placement: Any, table_round_trip: Callable[..., pd.DataFrame]
) -> Callable[..., tuple[pd.DataFrame, list[pd.DataFrame]]]:
    """Return a function from folders by stage and events to readable events and the tables of late halves."""

    def tables(
        folders: Mapping[str, Path], events: pd.DataFrame, batches: Mapping[str, Any] = EXACT
    ) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
        words = {name: load_vocabulary(folder, []) for name, folder in folders.items()}
        readable = table_round_trip(readable_events(events, words), "stage_events")
        run = events_to_run(events, readable)
        planned = plan_batches(run["context"].map(len).tolist(), **batches)
        readouts = {name: load_readout(folder, load_tokenizer(folder), placement) for name, folder in folders.items()}
        states = {
            name: capture_boundary_states(load_upstream(folder, BOUNDARY, placement), run, planned, device="cpu")
            for name, folder in folders.items()
        }
        late = (
            measure_stage_cells(
                load_late(folder, BOUNDARY, placement), name, states, readouts, run, planned, device="cpu"
            )
            for name, folder in folders.items()
        )
        return readable, [table_round_trip(finite(only_readable(one, readable)), "stage_late_cells") for one in late]

    return tables


@pytest.fixture(scope="session")
def stage_cells(
    late_tables: Callable[..., Any],
    table_round_trip: Callable[..., pd.DataFrame],
) -> Callable[..., pd.DataFrame]:
    """Return a function from folders by stage, events and the pair's own cells to the cells of the lineage."""

    def cross(folders: Mapping[str, Path], events: pd.DataFrame, own: pd.DataFrame, **batches: Any) -> pd.DataFrame:
        readable, tables = late_tables(folders, events, **batches)
        stages = list(folders)
        sides = {"base": stages[0], "tuned": stages[-1]}
        return table_round_trip(assemble_stages(own, readable, tables, stages=stages, sides=sides), "stage_cells")

    return cross


@pytest.fixture(scope="session")
def cells(
    line: Mapping[str, Path], support: pd.DataFrame, own_cells: pd.DataFrame, stage_cells: Callable[..., pd.DataFrame]
) -> pd.DataFrame:
    """All nine cells of the three stages, under three readouts."""
    return stage_cells(line, support, own_cells)
