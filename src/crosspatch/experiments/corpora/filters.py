"""Which rows of a data set a corpus takes, and the document that each is made into (arXiv 2605.07284, table F.1b)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from crosspatch.errors import CorpusError

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """A row that was taken: its text in the form of the corpus, and the SHA-256 of the text as it came."""

    text: str
    sha256: str


@dataclass
class Sieve:
    """The filters of one corpus (its row in the config), and the digests of the texts that passed them so far."""

    corpus: Mapping[str, Any]
    passed: set[str] = field(default_factory=set)

    def sift(self, row: Row) -> Document | str:
        """Return the document of a row or, if it is refused, the first reason (a word of the schema corpus_counts)."""
        for reason, refuses in _REASONS.items():
            if refuses(row, self.corpus):
                return reason
        text = value_of(row, self.corpus["text"])
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest in self.passed:
            return "duplicate"
        self.passed.add(digest)
        cut = text[: self.corpus.get("most_characters")]
        return Document(self.corpus["template"].format_map({**row, "text": cut}), digest)


def check_columns(name: str, row: Row, corpus: Mapping[str, Any]) -> None:
    """CorpusError, naming field and columns, if rows of the data set have no column that the corpus `name` reads."""
    written = [one for one in _filled(corpus["template"]) if one != "text"]
    fields = [corpus["text"], corpus["licence"]["field"], *corpus.get("without", []), *written]
    missing = [one for one in fields if one.partition("[")[0] not in row]
    if missing:
        raise CorpusError(
            f"corpus {name!r}: rows of {corpus['repo']} have no field {missing[0]!r}, only {sorted(row)}; correct the "
            f"fields of corpora/{name}, or pin a revision that has it"
        )


def value_of(row: Row, name: str) -> Any:  # noqa: ANN401 - any value of a data set
    """Return a field of a row, named as in a format string (`metadata[license]`); None if it is not there."""
    try:
        return Formatter().get_field(name, (), row)[0]
    except (KeyError, IndexError, TypeError):
        return None


def _has_no_accepted_licence(row: Row, corpus: Mapping[str, Any]) -> bool:
    rule = corpus["licence"]
    found = str(value_of(row, rule["field"])).lower()
    named = found in [word.lower() for word in rule.get("is", [])]
    return not named and not any(word.lower() in found for word in rule.get("contains", []))


def _is_flagged(row: Row, corpus: Mapping[str, Any]) -> bool:
    return any(value_of(row, name) for name in corpus.get("without", []))


def _is_short(row: Row, corpus: Mapping[str, Any]) -> bool:
    return len(value_of(row, corpus["text"]) or "") < corpus["least_characters"]


def _is_incomplete(row: Row, corpus: Mapping[str, Any]) -> bool:
    return any(value_of({**row, "text": ""}, name) is None for name in _filled(corpus["template"]))


def _filled(template: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


_REASONS: Mapping[str, Callable[[Row, Mapping[str, Any]], bool]] = {
    "licence": _has_no_accepted_licence,
    "flagged": _is_flagged,
    "short": _is_short,
    "incomplete": _is_incomplete,
}
