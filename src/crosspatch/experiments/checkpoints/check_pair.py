"""Refuse a pair that cannot be compared, before anything expensive is run (rule check_pair)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.atomic import write_text
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.compatibility import check_chat, check_dtypes, check_learned, check_shapes, check_tokens
from crosspatch.models.architectures import check_blocks
from crosspatch.models.configs import read_config, text_config
from crosspatch.models.dtypes import published_dtype
from crosspatch.models.vocabulary import load_vocabulary


def main(
    *,
    base: Path,
    tuned: Path,
    prompts: Path,
    learned: list[Path],
    passed: list[Path],
    checked: Path,
    pair: str,
    dtype: str,
    chats: bool,
    least: Mapping[str, float],
    provenance: Mapping[str, Any],
) -> None:
    """Compare configs, dtypes and tokenizers, and see that a tuned miniature learned what its study asks for.

    What has gates has passed them: there is no such file otherwise.
    """
    sides = [open_checkpoint(base), open_checkpoint(tuned)]
    for side in sides:
        check_blocks(side.name, read_config(side.folder))
    shape = check_shapes(pair, *(text_config(side.folder) for side in sides))
    check_dtypes(pair, *(published_dtype(side.folder) for side in sides), placed=dtype)
    words = [load_vocabulary(side.folder, side.stop_tokens).tokenizer for side in sides]
    check_tokens(pair, *words, prompts=read_table(prompts, "prompts"))
    if chats:
        check_chat(pair, words[1])
    for exam in learned:
        check_learned(pair, json.loads(exam.read_text(encoding="utf-8")), least)
    write_text(checked, json.dumps({"pair": pair, **shape}, indent=2) + "\n")


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
