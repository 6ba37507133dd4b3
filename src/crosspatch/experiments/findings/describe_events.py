"""Say of every prompt of a pair what was said and what was measured, for readers (rule describe_events)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.findings.event_effects import arms_of, cell_columns, effects_elsewhere, own_effects
from crosspatch.experiments.findings.event_words import Rolled, describe_rows
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.measures.effects import CELLS
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    base: Path,
    tuned: Path,
    prompts: Path,
    base_rollouts: Path,
    tuned_rollouts: Path,
    events: Path,
    cells: Path,
    controls: list[Path],
    described: Path,
    boundary: int,
    arms: Mapping[str, tuple[str, str]],
    provenance: Mapping[str, Any],
) -> None:
    """`arms` gives, by control, the table of its cells and the pattern of its arms there; no model is loaded."""
    table = read_table(cells, "cells")
    own = own_effects(table)
    tables = {path.stem: read_table(path, "control_cells") for path in controls}
    sides = (_rolled(base, base_rollouts), _rolled(tuned, tuned_rollouts))
    rows = describe_rows(
        read_table(events, "events"),
        read_table(prompts, "prompts"),
        sides,
        own.join(cell_columns(table, CELLS)),
        effects_elsewhere(own, arms_of(tables, arms)),
    )
    write_table(rows.assign(boundary=boundary), described, "described_events", provenance)


def _rolled(manifest: Path, rollouts: Path) -> Rolled:
    tokens = read_table(rollouts, "rollouts").set_index("prompt_id")["tokens"]
    return Rolled(tokens, load_tokenizer(open_checkpoint(manifest).folder))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
