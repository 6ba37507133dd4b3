"""Refuse stages that cannot be crossed, and say which events all of them can read (rule check_stages)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.errors import MeasurementError
from crosspatch.experiments.lineages.stage_events import readable_events
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.compatibility import check_dtypes, check_shapes, check_tokens
from crosspatch.models.configs import text_config
from crosspatch.models.dtypes import published_dtype
from crosspatch.models.vocabulary import load_vocabulary


def main(
    *,
    stages: list[Path],
    prompts: Path,
    events: Path,
    readable: Path,
    dtype: str,
    provenance: Mapping[str, Any],
) -> None:
    """Compare each later stage's config, dtype and token ids of the prompts with the first's; then read every event."""
    opened = [open_checkpoint(path) for path in stages]
    words = {one.name: load_vocabulary(one.folder, one.stop_tokens) for one in opened}
    texts, first = read_table(prompts, "prompts"), opened[0]
    for later in opened[1:]:
        both = f"{first.name} and {later.name}"
        check_shapes(both, *(text_config(one.folder) for one in (first, later)))
        check_dtypes(both, *(published_dtype(one.folder) for one in (first, later)), placed=dtype)
        check_tokens(both, *(words[one.name].tokenizer for one in (first, later)), prompts=texts)
    table = readable_events(read_table(events, "events"), words)
    if not table["readable"].any():
        reasons = table["reason"].value_counts().to_dict()
        raise MeasurementError(
            f"no event of support {table['pair'].iloc[0]!r} can be read by all of {list(words)} ({reasons}); take a "
            "stage out of the lineage"
        )
    write_table(table, readable, "stage_events", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
