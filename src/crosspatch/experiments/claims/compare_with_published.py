"""Put the papers' numbers beside the study's estimates (rule compare_with_published)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.claims.comparison import judge_by_bands, judge_by_signs
from crosspatch.experiments.claims.matching import join_published, of_controls, of_sections
from crosspatch.experiments.claims.verdict_words import count_estimates
from crosspatch.files.atomic import write_text
from crosspatch.files.published import read_published
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    effects: Path,
    controls: list[Path],
    lineages: list[Path],
    published: Path,
    comparison: Path,
    csv: Path,
    pairs: list[str],
    published_pairs: list[str] | None,
    sections: list[str] | None,
    only_controls: list[str] | None,
    bands: Mapping[str, float] | None,
    near_zero: Mapping[str, float] | None,
    provenance: Mapping[str, Any],
) -> None:
    """Compare by the study's acceptance bands or, in a study without them, whose models are others, by signs only;
    means over others than `published_pairs`, what stands in other `sections`, and what is of others than
    `only_controls` are not compared if the study names these. Say in the log how many rows, and how many different
    estimates, have each verdict.
    """
    tables = [read_table(path, "estimates") for path in (effects, *controls, *lineages)]
    theirs = of_controls(of_sections(read_published(published), sections), only_controls)
    joined = join_published(pd.concat(tables, ignore_index=True), theirs, own=pairs, theirs=published_pairs or pairs)
    judged = judge_by_bands(joined, bands) if bands else judge_by_signs(joined, near_zero or {})
    for verdict, rows in judged.groupby("verdict"):
        print(f"{verdict}: {count_estimates(rows)}")
    write_table(judged, comparison, "comparison", provenance)
    write_text(csv, judged.to_csv(index=False, lineterminator="\n"))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
