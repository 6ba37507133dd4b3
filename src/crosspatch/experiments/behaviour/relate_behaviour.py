"""Set the interaction of every prompt beside what both checkpoints finally answer (rule relate_behaviour)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.behaviour.relations import VIEW, relate
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.measures.effects import contrast_of_cells
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of


def answers_of(cells: pd.DataFrame, base: pd.DataFrame, tuned: pd.DataFrame) -> pd.DataFrame:
    """Return the `answers` of a pair: its events whose prompt both checkpoints' rollouts have a grade of."""
    own = pair_cells(cells)
    found = own.events[["prompt_id", "category"]].assign(
        pair=own.pair, interaction=contrast_of_cells(own.margins[:, own.views.index(VIEW)], "interaction")
    )
    for side, grades in (("base", base), ("tuned", tuned)):
        known = grades.dropna(subset="passed")
        passed = known[["prompt_id", "validator", "passed"]].rename(columns={"passed": f"{side}_passed"})
        found = found.merge(passed, on=[name for name in ("prompt_id", "validator") if name in found])
    return found.astype({"base_passed": bool, "tuned_passed": bool})


def main(
    *,
    cells: list[Path],
    base: list[Path],
    tuned: list[Path],
    events: list[Path],
    estimates: Path,
    answers: Path,
    pairs: list[str],
    balanced: list[str],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Write the joined table of all pairs, and what its columns have to do with each other."""
    grades = (([read_table(path, "graded_rollouts") for path in paths]) for paths in (base, tuned))
    tables = zip(pairs, [read_table(path, "cells") for path in cells], *grades, strict=True)
    found = {pair: answers_of(*own) for pair, *own in tables}
    clusters = {pair: clusters_of(read_table(path, "events")) for pair, path in zip(pairs, events, strict=True)}
    write_table(pd.concat(found.values(), ignore_index=True), answers, "answers", provenance)
    plan = Plan("behaviour", seed, settings["draws"], settings["level"])
    write_table(relate(found, clusters, balanced, plan), estimates, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
