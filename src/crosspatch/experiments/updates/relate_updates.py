"""Relate the interaction to what was learned and to the size of the update, over pairs (rule relate_updates)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.updates.pair_updates import Measured, pair_updates, prompts_with_events
from crosspatch.experiments.updates.rank_relations import rank_relations
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    changes: list[Path],
    effects: list[Path],
    events: list[Path],
    learned: list[Path],
    updates: Path,
    estimates: Path,
    described: Mapping[str, Mapping[str, Any]],
    boundaries: Mapping[str, int],
    taught: Mapping[str, str],
    seed: int,
    statistics: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Gather what is known of every pair, null pairs too, then correlate; `taught` are their tuned checkpoints."""
    marks = {path.parent.name: path for path in learned}
    files = {
        pair: Measured(change, effect, event, marks.get(taught[pair]))
        for pair, change, effect, event in zip(described, changes, effects, events, strict=True)
    }
    parts = [pair_updates(files[pair], description, boundaries[pair]) for pair, description in described.items()]
    rows = pd.concat(parts, ignore_index=True)
    write_table(rows, updates, "updates", provenance)
    prompts = {pair: prompts_with_events(path) for pair, path in zip(described, events, strict=True)}
    found = rank_relations(rows, prompts, draws=statistics["draws"], level=statistics["level"], seed=seed)
    write_table(found, estimates, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
