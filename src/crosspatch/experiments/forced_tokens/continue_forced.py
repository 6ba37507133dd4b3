"""Let the tuned checkpoint go on greedily from every forced token (rule continue_forced)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedModel

from crosspatch.experiments.forced_tokens.texts import texts_of
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.continuing import continue_texts
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.vocabulary import Vocabulary, load_vocabulary


def text_rows(
    model: PreTrainedModel, words: Vocabulary, forced: pd.DataFrame, limit: int, batches: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield a row of `forced_texts` for each row of `forced`; all branches of all events share batches."""
    rows = [*forced.itertuples()]
    given = [[*map(int, row.context), int(row.token)] for row in rows]
    for place, written in continue_texts(model, words, given, limit, batches, f"forced tokens, {limit} tokens"):
        row, tail = rows[place], written.tokens
        before = given[place][int(row.n_prompt_tokens) : -1]
        yield {
            **{name: getattr(row, name) for name in ("pair", "prompt_id", "category", "branch")},
            "tokens": tail,
            "ended": written.stop_reason != "length",
            **texts_of(words.tokenizer, before, given[place][-1], tail),
        }


def main(
    *,
    tuned: Path,
    forced: Path,
    texts: Path,
    tokens: Mapping[str, int],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load the tuned checkpoint; categories of one length are decoded together."""
    checkpoint = open_checkpoint(tuned)
    words = load_vocabulary(checkpoint.folder, checkpoint.stop_tokens)
    model = load_model(checkpoint.folder, Placement(**placement))
    table = read_table(forced, "forced_tokens")
    lengths = table["category"].map(dict(tokens))
    rows = [
        row
        for limit, own in table[table["reason"].isna()].groupby(lengths)
        for row in text_rows(model, words, own, int(limit), batches)
    ]
    columns = "pair prompt_id category branch tokens ended whole with_token without_token".split()
    found = pd.DataFrame(rows, columns=columns)
    write_table(found, texts, "forced_texts", with_engine(provenance, engine_of(model, batches)))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
