"""The jobs of continuations on pairs of several architectures, without Snakemake."""

from types import SimpleNamespace

import pandas as pd
import pytest

from crosspatch.experiments.continuations import (
    capture_continuations,
    score_continuations,
    sum_continuations,
    write_continuations,
)
from crosspatch.files.checkpoint_manifests import MANIFEST
from crosspatch.files.tables import read_table, write_table
from crosspatch.records.sides import SIDES

EXACT = {"plan": "exact", "tokens": 128}
PADDED = {"plan": "padded", "tokens": 256}
HORIZONS = [0, 1, 2, 4]
NOTE = {"provenance": {"rule": "tested"}}


@pytest.fixture(scope="session")
def continued(make_pair, measure, tmp_path_factory):
    """Return a function from an architecture to the tables of all jobs and the pair's own cells, made once."""
    made = {}

    def run(architecture, boundary=3, batches=EXACT):
        key = (architecture, boundary, batches["plan"])
        if key not in made:
            made[key] = _run(make_pair(architecture), boundary, batches, tmp_path_factory.mktemp("continued"), measure)
        return made[key]

    return run


def _run(pair, boundary, batches, folder, measure):
    place = {"placement": {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa"}, "batches": batches}
    manifests = {side: where / MANIFEST for side, where in pair.folders.items()}
    write_table(pair.events, folder / "events.parquet", "events")
    for side in SIDES:
        write_table(pair.rollouts[side], folder / f"{side}_rollouts.parquet", "rollouts")
    rolled = {f"{side}_rollouts": folder / f"{side}_rollouts.parquet" for side in SIDES}
    table = folder / "continuations.parquet"
    write_continuations.main(
        **manifests, events=folder / "events.parquet", **rolled, continuations=table, horizons=HORIZONS, **place, **NOTE
    )
    states = {f"{side}_states": folder / f"{side}.safetensors" for side in SIDES}
    for side in SIDES:
        capture_continuations.main(
            checkpoint=manifests[side], continuations=table, states=states[f"{side}_states"], boundary=boundary,
            **place, **NOTE,
        )  # fmt: skip
    for side in SIDES:
        score_continuations.main(
            **manifests, **states, continuations=table, scores=folder / f"{side}_scores.parquet", late=side,
            boundary=boundary, **place, **NOTE,
        )  # fmt: skip
    cells = measure(pair.folders, pair.events, boundary)
    write_table(cells, folder / "cells.parquet", "cells")
    scored = {f"{side}_scores": folder / f"{side}_scores.parquet" for side in SIDES}
    arms = folder / "arms.parquet"
    sum_continuations.main(cells=folder / "cells.parquet", **scored, arms=arms, horizons=HORIZONS, **NOTE)
    scores = pd.concat([read_table(path, "continuation_scores") for path in scored.values()])
    return SimpleNamespace(
        pair=pair, cells=cells, scores=scores, arms=read_table(arms, "control_cells"),
        continuations=read_table(table, "continuations"),
    )  # fmt: skip
