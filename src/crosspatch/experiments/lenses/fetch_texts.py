"""Take texts that lenses are trained on from a public data set at its pinned revision (rule fetch_texts)."""

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.errors import CorpusError
from crosspatch.files.hub_datasets import stream_hub_rows
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind


def take_texts(name: str, rows: Iterable[Mapping[str, Any]], said: Mapping[str, Any]) -> pd.DataFrame:
    """Return the first texts of a data set that are long enough, as the row `name` of `texts` says.

    CorpusError if rows have no such field, or there are too few texts.
    """
    long = (text for text in (_text(name, row, said) for row in rows) if len(text) >= said["least_characters"])
    texts = list(islice(long, said["texts"]))
    if len(texts) < said["texts"]:
        raise CorpusError(
            f"texts {name!r}: {said['repo']} has only {len(texts)} texts of {said['least_characters']} characters, and "
            f"{said['texts']} are asked for; lower texts/{name}/texts"
        )
    return pd.DataFrame({"document": range(len(texts)), "kind": name, "text": texts})


def _text(name: str, row: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    if said["field"] not in row:
        raise CorpusError(
            f"texts {name!r}: rows of {said['repo']} have no field {said['field']!r}, only {sorted(row)}; correct "
            f"texts/{name}/field"
        )
    return str(row[said["field"]])


def main(*, documents: Path, name: str, texts: Mapping[str, Any], provenance: Mapping[str, Any]) -> None:
    """Stream the data set in its order, no further than it takes."""
    place = {key: texts.get(key) for key in ("repo", "name", "split", "revision")}
    rows = stream_hub_rows(**place, refusal=CorpusError)
    write_table(take_texts(name, rows, texts), documents, "documents", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
