"""The parts of a corpus: rows of a data set in, held-out, support and training documents out, with what was refused."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import pandas as pd

from crosspatch.errors import CorpusError
from crosspatch.experiments.corpora.filters import Document, Row, Sieve, check_columns
from crosspatch.files.prompt_tables import check_prompts

HELD_OUT, SUPPORT, TRAINING = "held_out", "support", "training"
PARTS = (HELD_OUT, SUPPORT, TRAINING)
REFUSALS = ("licence", "flagged", "short", "incomplete", "duplicate")
BARREN = 1000  # rows without one that can be taken, after which filters must be wrong
BYTES_PER_TOKEN = 4  # of UTF-8, by which tokens are estimated
Opening = Callable[[str], str | None]  # the beginning of a document, if it is long enough for a prompt


@dataclass
class Taken:
    """What was taken of a data set so far: documents, by part their numbers and bytes, and the prompts.

    refused: rows by reason; rows: all that were read.
    """

    name: str
    corpus: Mapping[str, Any]
    documents: list[dict[str, Any]] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)
    rows: int = 0

    def add(self, document: Document, opening: Opening) -> None:
        """Put a document to the first part that lacks some; one that is too short for a prompt is trained on."""
        part = self._part_of(document, opening)
        self.numbers[part] += 1
        self.sizes[part] += len(document.text.encode())
        place = {"document": len(self.documents), "row": self.rows - 1, "part": part}
        self.documents.append({**place, "sha256": document.sha256, "text": document.text})

    def is_whole(self) -> bool:
        """Return whether every part has as many documents, or bytes, as the corpus asks for."""
        return all(found >= wanted for found, wanted in self.progress().values())

    def progress(self) -> dict[str, tuple[int, int]]:
        """Return by part what was taken and what is wanted: documents, or (training) approximate tokens."""
        return {
            HELD_OUT: (self.numbers[HELD_OUT], self.corpus["held_out"]),
            SUPPORT: (self.numbers[SUPPORT], self.corpus["support"]["prompts"]),
            TRAINING: (self.sizes[TRAINING] // BYTES_PER_TOKEN, self.corpus["training"]),
        }

    def _part_of(self, document: Document, opening: Opening) -> str:
        lacking = [part for part, (found, wanted) in self.progress().items() if found < wanted]
        if HELD_OUT in lacking:
            return HELD_OUT
        prompt = opening(document.text) if SUPPORT in lacking else None
        if prompt is None:
            return TRAINING
        self.prompts.append(prompt)
        return SUPPORT


def take_parts(name: str, rows: Iterable[Row], corpus: Mapping[str, Any], opening: Opening) -> Taken:
    """Read rows in their order until all parts of the corpus `name` are whole.

    CorpusError, with what was taken and why rows were refused, if the data set ends before or begins with BARREN rows
    that are all refused.
    """
    taken, sieve = Taken(name, corpus), Sieve(corpus)
    source = iter(rows)
    first = next(source, None)
    if first is not None:
        check_columns(name, first, corpus)
    for row in chain([] if first is None else [first], source):
        taken.rows += 1
        found = sieve.sift(row)
        if isinstance(found, Document):
            taken.add(found, opening)
        else:
            taken.refused[found] += 1
        if taken.is_whole():
            return taken
        if taken.rows == BARREN and not taken.documents:
            break
    raise _too_few(taken)


def documents_table(taken: Taken) -> pd.DataFrame:
    """Return the documents (columns of the corpus schema)."""
    return pd.DataFrame(taken.documents)


def counts_table(taken: Taken) -> pd.DataFrame:
    """Return what became of the rows (columns of the corpus_counts schema)."""
    rows = []
    for part in PARTS:
        digests = [document["sha256"] for document in taken.documents if document["part"] == part]
        whole = hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()
        rows.append({"outcome": part, "rows": len(digests), "bytes": taken.sizes[part], "sha256": whole})
    refused = [{"outcome": why, "rows": taken.refused[why], "bytes": 0, "sha256": None} for why in REFUSALS]
    return pd.DataFrame([*rows, *refused])


def prompts_table(taken: Taken) -> pd.DataFrame:
    """Return the beginnings of the support documents as a prompt set; each is its own template."""
    category = taken.corpus["support"]["category"]
    ids = [f"{category}_{place:04d}" for place in range(len(taken.prompts))]
    said = {"category": category, "source": taken.corpus["repo"]}
    prompts = pd.DataFrame({"prompt_id": ids, "template": ids, "text": taken.prompts}).assign(**said)
    return check_prompts(prompts, origin=f"support of corpus {taken.name!r}")


def _too_few(taken: Taken) -> CorpusError:
    progress = ", ".join(f"{part} {found} of {wanted}" for part, (found, wanted) in taken.progress().items())
    refused = ", ".join(f"{reason} {number}" for reason, number in taken.refused.items()) or "none"
    return CorpusError(
        f"corpus {taken.name!r}: {taken.rows} rows of {taken.corpus['repo']} gave too few documents "
        f"({progress} approximate tokens); refused were: {refused}; ask for fewer, or correct the filters of "
        f"corpora/{taken.name}"
    )
