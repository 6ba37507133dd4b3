"""Rows of a data set on the Hugging Face hub, read at one pinned revision and never by running its code."""

import re
from pathlib import Path
from typing import Any

import datasets
from datasets.exceptions import DatasetsError

from crosspatch.errors import PromptError


def read_hub_rows(repo: str, *, name: str | None, split: str, revision: str) -> list[dict[str, Any]]:
    """Return the rows of `split` of configuration `name` (None: the default one) in the data set's order.

    `repo` is a hub id, read at `revision` (40 hex digits), or a local folder, read as it is. Raises PromptError, naming
    repo and revision, if the data set is missing, gated, out of reach, empty, or in the cache at another revision.
    """
    place = f"data set {repo!r} (configuration {name!r}, split {split!r}) at revision {revision!r}"
    if not re.fullmatch("[0-9a-f]{40}", revision):
        raise PromptError(
            f"{place}: a revision is the 40 hex digits of a commit; copy them from the data set's history"
        )
    table = _load(repo, name, split, revision, place)
    _check_revision(table, repo, revision, place)
    rows: list[dict[str, Any]] = table.to_list()
    return rows


def _load(repo: str, name: str | None, split: str, revision: str, place: str) -> datasets.Dataset:
    try:
        return datasets.load_dataset(repo, name=name, split=split, revision=revision)
    except (OSError, ValueError, RuntimeError, DatasetsError) as error:
        raise PromptError(
            f"{place}: cannot be read ({type(error).__name__}: {error}); check config.yaml and the network, and if"
            " the data set is gated, accept its terms and run `hf auth login`"
        ).passing() from error


def _check_revision(table: datasets.Dataset, repo: str, revision: str, place: str) -> None:
    """When the hub does not answer, `load_dataset` serves any revision it has; the cache folder is named after it."""
    if Path(repo).is_dir():
        return
    found = {Path(part["filename"]).parent.name for part in table.cache_files}
    if found != {revision}:
        raise PromptError(
            f"{place}: the hub did not give it, and the cache holds {sorted(found)} instead; check that the commit"
            " exists and run this once with the network, or delete the data set from the cache"
        )
