"""Grade what the tuned checkpoint wrote after every forced token (rule score_forced)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.forced_tokens.effects import answer_tokens, effect_values, graded
from crosspatch.files.expectations import expectations_of
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    forced: Path,
    texts: Path,
    expectations: Path,
    grades: Path,
    values: Path,
    pair: str,
    provenance: Mapping[str, Any],
) -> None:
    """Grade every view of every text, and say what each token is worth."""
    expected = expectations_of(read_table(expectations, "expectations"))
    found = graded(read_table(texts, "forced_texts"), expected)
    write_table(found, grades, "forced_grades", provenance)
    tokens = answer_tokens(read_table(forced, "forced_tokens"), expected)
    write_table(effect_values(pair, found, tokens), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
