"""Say what all controls together leave of the claim (rule judge_controls)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.verdicts.judging import judge
from crosspatch.experiments.verdicts.questions import as_questions
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    effects: Path,
    controls: list[Path],
    verdicts: Path,
    questions: list[Mapping[str, Any]],
    pairs: list[str],
    provenance: Mapping[str, Any],
) -> None:
    """Write one row per question."""
    tables = [read_table(path, "estimates") for path in (effects, *controls)]
    answers = judge(as_questions(questions), pd.concat(tables, ignore_index=True), pairs)
    write_table(answers, verdicts, "verdicts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
