"""The authors' records as cells, and the sets of prompts over which their numbers can be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

import pandas as pd

from crosspatch.errors import MeasurementError
from crosspatch.files.published_records import NoopCheck, Reading, Record

SELECTIONS = ("all", "headline", "authors")
"""All valid events; the headline prompts; the prompts that the authors took for them."""


def adopt_records(records: Sequence[Record], prompts: pd.DataFrame, pair: str) -> pd.DataFrame:
    """Return the cells of all valid events (columns of the published_cells schema), categories from the prompt set.

    An event is consistent if both unpatched checkpoints picked their own token again under their own readout. Raises
    MeasurementError if a prompt is not in the prompt set or no event is valid.
    """
    categories = dict(zip(prompts["prompt_id"], prompts["category"], strict=True))
    rows = [row for record in records if record.valid for row in _cells(record, categories, pair)]
    if not rows:
        raise MeasurementError(f"pair {pair!r}: none of {len(records)} published events is valid; check the file")
    return pd.DataFrame(rows)


def adopt_checks(records: Sequence[Record], pair: str) -> pd.DataFrame:
    """Return the no-op checks of all valid events (columns of the published_noop schema)."""
    checks = [{"pair": pair, "prompt_id": one.prompt_id, **asdict(check)} for one in records for check in one.checks]
    return pd.DataFrame(checks, columns=["pair", "prompt_id", *(field.name for field in fields(NoopCheck))])


def select_prompts(cells: pd.DataFrame, headline: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the cells of each of SELECTIONS; `headline` is the headline prompt set.

    `authors`: as many prompts of each category as the headline set has, but the first valid ids in sorted order.
    Raises MeasurementError if no event is of a headline prompt.
    """
    ids = set(headline["prompt_id"])
    of_headline = cells[cells["prompt_id"].isin(ids)]
    if of_headline.empty:
        raise MeasurementError(
            f"none of {cells['prompt_id'].nunique()} published events is of the {len(ids)} headline prompts; "
            "correct published_records/headline in config.yaml"
        )
    return {
        "all": cells,
        "headline": of_headline,
        "authors": cells[cells["prompt_id"].isin(_first_ids(cells, headline))],
    }


def _first_ids(cells: pd.DataFrame, headline: pd.DataFrame) -> set[str]:
    counts = headline["category"].value_counts()
    by_category = cells.groupby("category")["prompt_id"].unique()
    return {prompt for category, ids in by_category.items() for prompt in sorted(ids)[: counts.get(category, 0)]}


def _cells(record: Record, categories: Mapping[str, str], pair: str) -> list[dict[str, object]]:
    if record.prompt_id not in categories:
        raise MeasurementError(
            f"pair {pair!r}: prompt {record.prompt_id!r} is in the published records but not in the prompt set; "
            "correct published_records/prompts in config.yaml"
        )
    about = {
        "pair": pair,
        "prompt_id": record.prompt_id,
        "category": categories[record.prompt_id],
        "template": record.prompt_id,
        "step": record.step,
        "base_token": record.base_token,
        "tuned_token": record.tuned_token,
        "consistent": all(_repicked(reading) for reading in record.readings if _unpatched(reading)),
    }
    return [about | _columns(reading) for reading in record.readings]


def _columns(reading: Reading) -> dict[str, object]:
    row = asdict(reading)
    return row | {"margin_checkpoint": row.pop("margin")}


def _unpatched(reading: Reading) -> bool:
    return reading.readout == "native" and reading.upstream == reading.late


def _repicked(reading: Reading) -> bool:
    return reading.top_class == reading.late
