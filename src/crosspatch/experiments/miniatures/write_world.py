"""Write the texts of the miniature world: web documents, instruction pairs, held-out prompts (rule write_world)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.miniature.texts import write_documents, write_instructions, write_prompts
from crosspatch.models.miniature.world import deal_world, held_out_keys


def main(
    *,
    definition: Path,
    documents: Path,
    instructions: Path,
    exam: Path,
    world: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Deal the world's facts and write everything that training and prompts need from it."""
    seed = world["seed"]
    dealt = deal_world(
        yaml.safe_load(definition.read_text(encoding="utf-8")), largest_operand=world["largest_operand"], seed=seed
    )
    held_out = held_out_keys(dealt.tasks(), share=world["held_out_share"], seed=seed)
    web = write_documents(dealt, held_out, count=world["documents"], seed=seed)
    pairs = write_instructions(dealt, held_out, count=world["instructions"], seed=seed)
    prompts = write_prompts(dealt, held_out, per_category=world["prompts_per_category"], seed=seed)
    write_table(_numbered(web, "document", ["kind", "text"]), documents, "documents", provenance)
    write_table(
        _numbered(pairs, "instruction", ["category", "mode", "prompt", "response"]),
        instructions,
        "instructions",
        provenance,
    )
    frame = pd.DataFrame([vars(prompt) for prompt in prompts])
    frame["prompt_id"] = [f"{prompt.category}_{index:04d}" for index, prompt in enumerate(prompts)]
    write_table(frame, exam, "exam", provenance)


def _numbered(rows: list[tuple[str, ...]], number: str, columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns).rename_axis(number).reset_index()


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
