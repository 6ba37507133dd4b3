"""What could be wrong with the answer: the verdicts of the controls, and what differs from the published numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crosspatch.figures.rendering import NOTHING, bounded, count, measured, plain, text
from crosspatch.records.estimates import HEADLINE

VERDICTS = ("fails", "weakens", "undecided", "holds")
"""In the order in which a reader should see them."""
SAID = {
    "fails": ("fails", "fail"),
    "weakens": ("weakens it", "weaken it"),
    "undecided": ("is undecided", "are undecided"),
    "holds": ("holds", "hold"),
}
"""What one question does, and what several do."""
AGREEING = ("reproduced", "same sign", "both near zero", "cannot differ")
"""Comparisons with a published number that need no look."""


def verdict_rows(verdicts: pd.DataFrame | None, not_tested: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the questions, those that fail first: number, verdict, families, and what the control does not test.

    `verdicts` is the table of that name, whose controls are printed with spaces for underscores.
    """
    rows = [] if verdicts is None else verdicts.to_dict("records")
    words = {name.replace("_", " "): said for name, said in not_tested.items()}
    found = [
        {
            "question": text(row, "question"),
            "control": text(row, "control"),
            "arm": text(row, "arm"),
            "value": bounded(row, "value"),
            "expected": f"{plain(row, 'if_artefact')} / {text(row, 'predicted')}",
            "families": text(row, "families"),
            "events": count(row, "n_events"),
            "verdict": text(row, "verdict"),
            "not_tested": words.get(str(row["control"]), ""),
        }
        for row in rows
    ]
    return sorted(found, key=lambda row: VERDICTS.index(row["verdict"]))


def other_answers(verdicts: pd.DataFrame | None) -> list[dict[str, str]]:
    """Return what the study measured besides the interaction: of each control whose claim is a sign its first question,
    with number and verdict. `verdicts` is the table of that name.
    """
    if verdicts is None:
        return []
    signed = verdicts[verdicts["if_claim"].isna() & (verdicts["control"] != HEADLINE)]
    first = signed.drop_duplicates("control").to_dict("records")
    return [
        {name: text(row, name) for name in ("control", "question", "verdict")} | {"value": bounded(row, "value")}
        for row in first
    ]


def verdict_counts(rows: Sequence[Mapping[str, str]]) -> list[tuple[str, int]]:
    """Return how many questions have each verdict, without those that none has."""
    counts = [(verdict, sum(row["verdict"] == verdict for row in rows)) for verdict in VERDICTS]
    return [(verdict, number) for verdict, number in counts if number]


def verdicts_sentence(rows: Sequence[Mapping[str, str]]) -> str:
    """Return how many questions were asked and what became of them; empty if none was."""
    if not rows:
        return ""
    parts = [f"{number} {SAID[verdict][number > 1]}" for verdict, number in verdict_counts(rows)]
    return f"Of {len(rows)} questions asked of the claims, {', '.join(parts)}."


def published_blocks(scorecard: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return the comparison with published numbers by verdict, what differs first; agreeing ones without their rows.

    `scorecard` is the table of that name: the verdict of a row has the counts behind it.
    """
    if scorecard is None:
        return []
    blocks = []
    for verdict, rows in scorecard.groupby("verdict", sort=False):
        word = str(verdict).partition(" (")[0]
        compared = rows[rows["measured"].notna()]
        shown = [] if word in AGREEING else [_comparison(row) for row in compared.to_dict("records")]
        blocks.append({"verdict": word, "counts": str(verdict).partition(" (")[2].rstrip(")"), "rows": shown})
    return blocks


def coverage_sentence(coverage: pd.DataFrame | None) -> str:
    """Return how many of the published numbers a rule of the workflow regenerates; empty without that table."""
    if coverage is None:
        return ""
    made = int((coverage["rule"] != "not yet").sum())
    return f"A rule regenerates {made} of the {len(coverage)} published numbers."


def _comparison(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "claim": text(row, "claim"),
        "section": text(row, "section"),
        "quantity": text(row, "quantity"),
        "family": text(row, "family"),
        "published": measured(row, "published"),
        "measured": measured(row, "measured"),
        "unit": text(row, "unit"),
        "doubt": "" if text(row, "doubt") == NOTHING else text(row, "doubt"),
    }
