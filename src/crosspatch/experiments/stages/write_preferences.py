"""Write preference pairs of the miniature world (rule write_preferences)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.miniature.texts import write_preferences
from crosspatch.models.miniature.world import CATEGORIES, deal_world, held_out_keys

COLUMNS = ["category", "mode", "held_out", "prompt", "chosen", "rejected"]


def main(*, definition: Path, preferences: Path, world: Mapping[str, Any], provenance: Mapping[str, Any]) -> None:
    """As many pairs as there are instruction pairs, and as many of held-out keys as there are held-out prompts."""
    seed = world["seed"]
    dealt = deal_world(
        yaml.safe_load(definition.read_text(encoding="utf-8")), largest_operand=world["largest_operand"], seed=seed
    )
    held_out = held_out_keys(dealt.tasks(), share=world["held_out_share"], seed=seed)
    unseen = len(CATEGORIES) * world["prompts_per_category"]
    pairs = write_preferences(dealt, held_out, taught=world["instructions"], unseen=unseen, seed=seed)
    frame = pd.DataFrame(pairs, columns=COLUMNS).rename_axis("preference").reset_index()
    write_table(frame, preferences, "preferences", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
