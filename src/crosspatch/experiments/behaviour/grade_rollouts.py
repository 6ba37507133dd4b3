"""Grade what a checkpoint wrote by itself after every prompt (rule grade_rollouts)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedTokenizerBase

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.expectations import expectations_of
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.grading import grade
from crosspatch.models.tokens import load_tokenizer
from crosspatch.records.expectations import Expectation

COLUMNS = ("prompt_id", "validator", "passed", "reason")


def graded(
    rollouts: pd.DataFrame, tokenizer: PreTrainedTokenizerBase, expected: Mapping[str, Expectation]
) -> pd.DataFrame:
    """Return the `graded_rollouts` of a checkpoint: whether each text is as expected; without a grade, why not.

    A rollout that failed has its failure for a reason.
    """
    rows = []
    for row in rollouts.itertuples():
        own = expected[row.prompt_id]
        known = {"prompt_id": row.prompt_id, "validator": own.validator}
        if row.failure is not None and pd.notna(row.failure):
            rows.append({**known, "passed": None, "reason": row.failure})
        else:
            text = tokenizer.decode([*map(int, row.tokens)], skip_special_tokens=True)
            rows.append({**known, **vars(grade(text, own, ended=row.stop_reason == "stop_token"))})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(object)


def main(*, checkpoint: Path, rollouts: Path, expectations: Path, grades: Path, provenance: Mapping[str, Any]) -> None:
    """Load the tokenizer only."""
    expected = expectations_of(read_table(expectations, "expectations"))
    tokenizer = load_tokenizer(open_checkpoint(checkpoint).folder)
    write_table(graded(read_table(rollouts, "rollouts"), tokenizer, expected), grades, "graded_rollouts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
