"""Rows of a data set on the Hugging Face hub, read at one pinned revision and never by running its code."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import datasets
from datasets.exceptions import DatasetsError

from crosspatch.errors import CrosspatchError, PromptError


def read_hub_rows(repo: str, *, name: str | None, split: str, revision: str) -> list[dict[str, Any]]:
    """Return the rows of `split` of configuration `name` (None: the default one) in the data set's order.

    `repo` is a hub id, read at `revision` (40 hex digits), or a local folder, read as it is. Raises PromptError, naming
    repo and revision, if the data set is missing, gated, out of reach, empty, or in the cache at another revision.
    """
    place = _place(repo, name, split, revision)
    _check_form(revision, place, PromptError)
    with _readable(place, PromptError):
        table = datasets.load_dataset(repo, name=name, split=split, revision=revision)
    found = {Path(part["filename"]).parent.name for part in table.cache_files}
    _check_revision(repo, found, revision, place, PromptError)
    rows: list[dict[str, Any]] = table.to_list()
    return rows


def stream_hub_rows(
    repo: str, *, name: str | None, split: str, revision: str, refusal: type[CrosspatchError]
) -> Iterator[dict[str, Any]]:
    """Yield the rows as `read_hub_rows` returns them, but fetch no more than is asked for; raises `refusal`."""
    place = _place(repo, name, split, revision)
    _check_form(revision, place, refusal)
    with _readable(place, refusal):
        builder = datasets.load_dataset_builder(repo, name=name, revision=revision)
    _check_revision(repo, {builder.hash}, revision, place, refusal)
    with _readable(place, refusal):
        yield from builder.as_streaming_dataset(split=split)


def _place(repo: str, name: str | None, split: str, revision: str) -> str:
    return f"data set {repo!r} (configuration {name!r}, split {split!r}) at revision {revision!r}"


def _check_form(revision: str, place: str, refusal: type[CrosspatchError]) -> None:
    if not re.fullmatch("[0-9a-f]{40}", revision):
        raise refusal(f"{place}: a revision is the 40 hex digits of a commit; copy them from the data set's history")


@contextmanager
def _readable(place: str, refusal: type[CrosspatchError]) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RuntimeError, DatasetsError) as error:
        raise refusal(
            f"{place}: cannot be read ({type(error).__name__}: {error}); check config.yaml and the network, and if"
            " the data set is gated, accept its terms and run `hf auth login`"
        ).passing() from error


def _check_revision(repo: str, found: set[str], revision: str, place: str, refusal: type[CrosspatchError]) -> None:
    """When the hub does not answer, the library serves any revision it has; the cache is named after it."""
    if not Path(repo).is_dir() and found != {revision}:
        raise refusal(
            f"{place}: the hub did not give it, and the cache holds {sorted(found)} instead; check that the commit"
            " exists and run this once with the network, or delete the data set from the cache"
        )
