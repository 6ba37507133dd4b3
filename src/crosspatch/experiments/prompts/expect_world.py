"""Say what the answers to the held-out prompts of the miniature world are expected to be (rule expect_world)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from crosspatch.experiments.prompts.expected import expect_dealt
from crosspatch.files.expectations import expectation_rows
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.miniature.world import deal_world


def main(
    *, definition: Path, exam: Path, expectations: Path, world: Mapping[str, Any], provenance: Mapping[str, Any]
) -> None:
    """Deal the world again and find the task that each prompt asks."""
    dealt = deal_world(
        yaml.safe_load(definition.read_text(encoding="utf-8")),
        largest_operand=world["largest_operand"],
        seed=world["seed"],
    )
    found = expect_dealt(dealt, read_table(exam, "exam"))
    write_table(expectation_rows(found, str(exam)), expectations, "expectations", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
