"""The events of all pairs as the page holds them: numbers rounded once, words that repeat written once."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from crosspatch.measures.effects import CONTRASTS

DECIMALS = 3
LONGEST = 600
"""Characters of a rollout after the event that the page holds."""
TEXTS = ("continuation", "base_text", "tuned_text", "base_went_on", "tuned_went_on")
CLASSES = ("base_class", "tuned_class")
COLUMNS = (
    "prompt", "step", "reason", "consistent", *TEXTS, *CLASSES, "effects", "margins", "tops", "base_ranks",
    "tuned_ranks", "boundaries", "arms", "counted_in",
)  # fmt: skip
"""Columns of an event's row; `prompt`, `arms` and `counted_in` are places in lists."""


def event_data(tables: Mapping[str, pd.DataFrame], labels: Mapping[str, str]) -> dict[str, Any]:
    """Return `prompts`, which pairs share, and the `pairs` with their rows; tables are `described_events` by pair."""
    prompts: dict[tuple[str, str, str, str], int] = {}
    pairs = [_pair(pair, labels[pair], table, prompts) for pair, table in tables.items()]
    return {"columns": COLUMNS, "effects": list(CONTRASTS), "prompts": [list(key) for key in prompts], "pairs": pairs}


def as_script(value: object) -> str:
    """Return JSON that may stand inside a script element: no character in it can end the element, or begin another."""
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}":
        said = said.replace(character, f"\\u{ord(character):04x}")
    return said


def _pair(pair: str, label: str, table: pd.DataFrame, prompts: dict[tuple[str, str, str, str], int]) -> dict[str, Any]:
    arms: dict[str, int] = {}
    rows = [_row(row, prompts, arms) for row in table.to_dict("records")]
    boundaries = sorted({int(one) for found in table["boundaries"] for one in found})
    return {
        "name": pair,
        "label": label,
        "boundary": int(table["boundary"].iloc[0]),
        "boundaries": boundaries,
        "arms": list(arms),
        "rows": rows,
    }


def _row(row: Mapping[Any, Any], prompts: dict[tuple[str, str, str, str], int], arms: dict[str, int]) -> list[Any]:
    key = tuple(str(row[name]) for name in ("prompt_id", "category", "template", "prompt"))
    effects = [] if pd.isna(row["interaction"]) else [_rounded(row[name]) for name in CONTRASTS]
    elsewhere = zip(row["arms"], row["arm_steps"], row["arm_interactions"], strict=True)
    swept = zip(row["boundaries"], row["boundary_interactions"], strict=True)
    return [
        prompts.setdefault(key, len(prompts)),
        None if pd.isna(row["step"]) else int(row["step"]),
        None if row["usable"] else str(row["reason"]),
        None if pd.isna(row["consistent"]) else bool(row["consistent"]),
        *(None if pd.isna(row[name]) else _cut(row[name]) for name in (*TEXTS, *CLASSES)),
        effects,
        [_rounded(value) for value in row["margins"]],
        list(row["top_texts"]),
        *([int(rank) for rank in row[name]] for name in ("base_ranks", "tuned_ranks")),
        [[int(boundary), _rounded(value)] for boundary, value in swept],
        [[_place(arms, arm), int(step), _rounded(value)] for arm, step, value in elsewhere],
        [_place(arms, arm) for arm in row["counted_in"]],
    ]


def _place(arms: dict[str, int], arm: str) -> int:
    return arms.setdefault(arm, len(arms))


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0  # no minus before a zero


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"
