"""Take the documents of a corpus from a public data set at its pinned revision (rule fetch_corpus)."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerBase

from crosspatch.errors import CorpusError
from crosspatch.experiments.corpora.parts import counts_table, documents_table, prompts_table, take_parts
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.hub_datasets import stream_hub_rows
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.tokens import load_tokenizer


def opening_of(text: str, tokenizer: PreTrainedTokenizerBase, support: Mapping[str, Any]) -> str | None:
    """Return the text of the first tokens of a document; None if it has too few."""
    tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
    if len(tokens) < support["tokens"] + support["further"]:
        return None
    return tokenizer.decode(tokens[: support["tokens"]], clean_up_tokenization_spaces=False)


def main(
    *,
    tokenizer: Path,
    documents: Path,
    counts: Path,
    support: Path,
    name: str,
    corpus: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Stream the data set in its order, and write documents, their counts, and the support prompts."""
    words = load_tokenizer(open_checkpoint(tokenizer).folder)
    place = {key: corpus.get(key) for key in ("repo", "name", "split", "revision")}
    rows = stream_hub_rows(**place, refusal=CorpusError)
    taken = take_parts(name, rows, corpus, partial(opening_of, tokenizer=words, support=corpus["support"]))
    write_table(documents_table(taken), documents, "corpus", provenance)
    write_table(counts_table(taken), counts, "corpus_counts", provenance)
    write_table(prompts_table(taken), support, "prompts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
