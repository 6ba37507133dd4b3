"""Say what the answers to a rebuilt prompt set are expected to be (rule expect_rebuilt)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.prompts.expected import expect_rebuilt
from crosspatch.experiments.prompts.prompt_sets import PUBLIC_SOURCES, draw_rows
from crosspatch.files.expectations import expectation_rows
from crosspatch.files.hub_datasets import read_hub_rows
from crosspatch.files.prompt_tables import read_written_prompts
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    written: list[Path],
    prompts: Path,
    expectations: Path,
    datasets: Mapping[str, Mapping[str, str]],
    provenance: Mapping[str, Any],
) -> None:
    """Draw the rows again that the prompts were drawn from, and keep those of the set."""
    sources = {word: read_hub_rows(**datasets[word]) for word in PUBLIC_SOURCES}
    sources |= {path.stem: read_written_prompts(path) for path in written}
    drawn = draw_rows(sources)
    kept = {name: drawn[name] for name in read_table(prompts, "prompts")["prompt_id"]}
    write_table(expectation_rows(expect_rebuilt(kept), str(prompts)), expectations, "expectations", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
