"""Refuse a pair that cannot be compared, before anything expensive is run (rule check_pair)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.compatibility import check_learned, check_shapes, check_tokens
from crosspatch.files.atomic import write_text
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table
from crosspatch.models.configs import text_config
from crosspatch.models.tokens import load_tokenizer
from crosspatch.stages.binding import bind


def main(
    *,
    base: Path,
    tuned: Path,
    prompts: Path,
    learned: list[Path],
    checked: Path,
    pair: str,
    boundary: int,
    least: Mapping[str, float],
    provenance: Mapping[str, Any],
) -> None:
    """Compare configs and tokenizers, and see that a tuned miniature learned what its study asks for."""
    folders = [open_checkpoint(base).folder, open_checkpoint(tuned).folder]
    shape = check_shapes(pair, *map(text_config, folders), boundary=boundary)
    check_tokens(pair, *map(load_tokenizer, folders), prompts=read_table(prompts, "prompts"))
    for exam in learned:
        check_learned(pair, json.loads(exam.read_text(encoding="utf-8")), least)
    write_text(checked, json.dumps({"pair": pair, **shape}, indent=2) + "\n")


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
