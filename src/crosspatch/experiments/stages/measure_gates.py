"""Measure the gates of a descendant (rule measure_gates)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.stages.gates import gate_rows
from crosspatch.experiments.stages.gates_of_stages import Descent, measure_gates
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.texts import read_texts
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    manifest: Path,
    base: Path,
    texts: list[Path],
    adapter: list[Path],
    gates: Path,
    name: str,
    checkpoint: Mapping[str, Any],
    settings: Mapping[str, Any],
    bars: Mapping[str, float],
    placement: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Load the descendant as it is stored, and its parent; write every gate whether it is passed or not."""
    place = Placement(**placement)
    folder = open_checkpoint(manifest).folder
    child = load_model(folder, place)
    descent = Descent(
        checkpoint,
        settings,
        parent=load_model(open_checkpoint(base).folder, place),
        child=child,
        tokenizer=load_tokenizer(folder),
        texts=read_texts(texts),
        adapter=manifest.parent / "adapter",
    )
    note = with_engine(provenance, engine_of(child))
    write_table(gate_rows(name, measure_gates(descent), bars), gates, "gates", note)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
