"""Take what both wrote after each event; let the base go on from the tuned token (rule write_continuations)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedModel

from crosspatch.experiments.continuations.candidates import candidates_of, tails_of
from crosspatch.experiments.continuations.names import FORCED
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.continuing import continue_texts
from crosspatch.jobs.vocabularies import open_vocabularies
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.vocabulary import Vocabulary
from crosspatch.records.sides import BASE, TUNED


def forced_tails(
    model: PreTrainedModel, words: Vocabulary, events: pd.DataFrame, most: int, batches: Mapping[str, Any]
) -> dict[str, list[int]]:
    """Return what a checkpoint writes after the tuned token of each usable event, where `most` tokens have room."""
    room = model.config.get_text_config().max_position_embeddings
    usable = events[events["usable"]]
    given = {
        name: [*map(int, context), int(token)]
        for name, context, token in zip(usable["prompt_id"], usable["context"], usable["tuned_token"], strict=True)
        if len(context) + 1 + most <= room
    }
    names = list(given)
    written = continue_texts(model, words, list(given.values()), most, batches, "forced tails")
    return {names[place]: one.tokens for place, one in written}


def main(
    *,
    base: Path,
    tuned: Path,
    events: Path,
    base_rollouts: Path,
    tuned_rollouts: Path,
    continuations: Path,
    horizons: list[int],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load the base whole for the one tail that no rollout has."""
    table, most = read_table(events, "events"), max(horizons)
    sides = open_vocabularies(base, tuned)
    rollouts = {BASE: base_rollouts, TUNED: tuned_rollouts}
    written = {side: tails_of(table, read_table(path, "rollouts"), side, most) for side, path in rollouts.items()}
    model = load_model(open_checkpoint(base).folder, Placement(**placement))
    written[FORCED] = forced_tails(model, sides[0], table, most, batches)
    made = with_engine(provenance, engine_of(model, batches))
    write_table(candidates_of(table, written, sides), continuations, "continuations", made)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
