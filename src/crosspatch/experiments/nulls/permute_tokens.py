"""Read every event's states for other events' tokens (rule permute_tokens)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.nulls.token_identity import CONTROL, permute_tokens, pool_of
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.statistics.plan import Plan


def main(
    *,
    pools: list[Path],
    events: list[Path],
    estimates: Path,
    pairs: list[str],
    balanced: list[str],
    seed: int,
    settings: Mapping[str, Any],
    statistics: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Permute the pairs of tokens over the prompts of each pair of checkpoints."""
    read = {
        pair: pool_of(read_table(pool, "token_pool"), _usable(read_table(found, "events")))
        for pair, pool, found in zip(pairs, pools, events, strict=True)
    }
    plan = Plan(CONTROL, seed, settings["permutations"], statistics["level"])
    write_table(permute_tokens(read, balanced, plan), estimates, "estimates", provenance)


def _usable(events: pd.DataFrame) -> pd.DataFrame:
    return events[events["usable"]].reset_index(drop=True)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
