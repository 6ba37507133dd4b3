"""Choose the tokens that are forced at every event (rule choose_forced)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
from tqdm import tqdm

from crosspatch.experiments.forced_tokens.choices import Forceable, chosen_rows, forceable_tokens, unforced_rows
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.expectations import expectations_of
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.next_token import next_log_probabilities
from crosspatch.models.readout import real_tokens_of
from crosspatch.models.tokens import load_tokenizer
from crosspatch.records.expectations import Expectation
from crosspatch.records.sides import SIDES

NO_LENGTH: Final = "the study gives its category no length"
NO_ROOM: Final = "the tuned checkpoint has no room for so long a text"


def why_not(
    event: Any,  # noqa: ANN401 - a row of a frame
    expected: Expectation,
    lengths: Mapping[str, int],
    forceable: Forceable,
    room: int,
) -> str | None:
    """Return why nothing is forced at an event; None if something is."""
    if expected.validator is None:
        return expected.reason
    if event.category not in lengths:
        return NO_LENGTH
    if len(event.context) + 1 + lengths[event.category] > room:
        return NO_ROOM
    return forceable.why_not({side: int(getattr(event, f"{side}_token")) for side in SIDES})


def main(
    *,
    tuned: Path,
    events: Path,
    expectations: Path,
    forced: Path,
    tokens: Mapping[str, int],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Read every event's history once with the tuned checkpoint."""
    checkpoint = open_checkpoint(tuned)
    words, model = load_tokenizer(checkpoint.folder), load_model(checkpoint.folder, Placement(**placement))
    real, room = real_tokens_of(model, words), model.config.get_text_config().max_position_embeddings
    forceable = forceable_tokens(words, real)
    table, expected = read_table(events, "events"), expectations_of(read_table(expectations, "expectations"))
    usable = [*table[table["usable"]].itertuples()]
    reasons = {one.prompt_id: why_not(one, expected[one.prompt_id], tokens, forceable, room) for one in usable}
    rows = [row for name, reason in reasons.items() if reason for row in unforced_rows(name, reason)]
    open_ = [one for one in usable if reasons[one.prompt_id] is None]
    for batch in tqdm(plan_batches([len(one.context) for one in open_], **batches), desc="forced tokens"):
        some = [open_[row] for row in batch]
        texts = [[*map(int, one.context)] for one in some]
        scores = next_log_probabilities(model, texts, real=real, padding=words.pad_token_id or 0)
        rows += chosen_rows(some, scores, forceable)
    about = table[["pair", "prompt_id", "category", "n_prompt_tokens", "context"]]
    joined = about.merge(pd.DataFrame(rows, columns=[*unforced_rows("", "")[0]]), on="prompt_id")
    write_table(joined, forced, "forced_tokens", with_engine(provenance, engine_of(model, batches)))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
