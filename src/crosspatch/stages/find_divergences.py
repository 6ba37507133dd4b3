"""Find the first divergence of every prompt from two rollout tables (rule find_divergences)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.divergence import Vocabulary, find_first_divergences
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.models.configs import text_config
from crosspatch.models.tokens import load_tokenizer, stop_token_ids
from crosspatch.stages.binding import bind


def main(
    *,
    base: Path,
    tuned: Path,
    prompts: Path,
    base_rollouts: Path,
    tuned_rollouts: Path,
    events: Path,
    pair: str,
    provenance: Mapping[str, Any],
) -> None:
    """Compare the rollouts token by token; no model is loaded."""
    table = find_first_divergences(
        pair,
        read_table(prompts, "prompts"),
        read_table(base_rollouts, "rollouts"),
        read_table(tuned_rollouts, "rollouts"),
        sides=(_vocabulary(base), _vocabulary(tuned)),
    )
    write_table(table, events, "events", provenance)


def _vocabulary(manifest: Path) -> Vocabulary:
    opened = open_checkpoint(manifest)
    words = load_tokenizer(opened.folder)
    return Vocabulary(words, text_config(opened.folder).vocab_size, stop_token_ids(words, opened.stop_tokens))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
