"""Rebuild a prompt set from public data sets at pinned revisions and our own texts (rule rebuild_prompts)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.prompts.prompt_sets import PUBLIC_SOURCES, rebuild_prompts, restrict
from crosspatch.files.hub_datasets import read_hub_rows
from crosspatch.files.prompt_tables import read_written_prompts
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    written: list[Path],
    prompts: Path,
    datasets: Mapping[str, Mapping[str, str]],
    rows: list[int],
    provenance: Mapping[str, Any],
) -> None:
    """Fetch the public rows, add ours, write the full set in its order and keep the asked-for rows."""
    sources = {word: read_hub_rows(**datasets[word]) for word in PUBLIC_SOURCES}
    sources |= {path.stem: read_written_prompts(path) for path in written}
    write_table(restrict(rebuild_prompts(sources), rows=rows), prompts, "prompts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
