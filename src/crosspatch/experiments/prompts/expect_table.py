"""Say what the answers to the prompts of a CSV of one's own are expected to be (rule expect_table)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.expectations import expectation_rows, named_expectation
from crosspatch.files.prompt_tables import read_table_expectations
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind


def main(*, table: Path, expectations: Path, provenance: Mapping[str, Any]) -> None:
    """Take the columns `validator` and `expected`, if the table has them."""
    found = {name: named_expectation(*told) for name, told in read_table_expectations(table).items()}
    write_table(expectation_rows(found, str(table)), expectations, "expectations", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
