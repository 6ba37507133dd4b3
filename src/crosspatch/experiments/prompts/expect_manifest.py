"""Say what the papers' own prompt manifest expects of answers (rule expect_manifest)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.prompts.expected import expect_adopted
from crosspatch.files.expectations import expectation_rows
from crosspatch.files.manifests import read_manifest
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind


def main(*, manifest: Path, expectations: Path, provenance: Mapping[str, Any]) -> None:
    """Take answers, behaviours and criteria of form under the authors' ids."""
    found = {prompt.prompt_id: expect_adopted(prompt) for prompt in read_manifest(manifest)}
    write_table(expectation_rows(found, str(manifest)), expectations, "expectations", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
