"""Write the page that a study is opened by (rule write_findings)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.findings.answer import (
    answer,
    families_sentence,
    family_rows,
    floor_sentences,
    headline_numbers,
    resampled_rows,
)
from crosspatch.experiments.findings.bridge import behaviour_sentences
from crosspatch.experiments.findings.doubts import (
    coverage_sentence,
    other_answers,
    published_blocks,
    verdict_counts,
    verdict_rows,
    verdicts_sentence,
)
from crosspatch.experiments.findings.event_data import event_data
from crosspatch.experiments.findings.page import Links, Look, render_page
from crosspatch.experiments.findings.pairs import pair_rows
from crosspatch.files.atomic import write_text
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind


def main(
    *,
    figure: Path,
    drawn: Path,
    events: list[Path],
    template: Path,
    style: Path,
    script: Path,
    page: Path,
    study: str,
    labels: Mapping[str, str],
    words: Mapping[str, Any],
    links: Mapping[str, Mapping[str, str]],
    provenance: Mapping[str, Any],
    **tables: Path,
) -> None:
    """Every number is one of a finished table, of the numbers drawn in the headline figure, or of an event."""
    read = {name: _read(path) for name, path in tables.items()}
    described = {path.stem: read_table(path, "described_events") for path in events}
    look = Look(*(path.read_text(encoding="utf-8") for path in (template, style, script)))
    content = content_of(_read(drawn), read, words)
    write_text(
        page, render_page(look, Links(study, links), content, event_data(described, labels), figure.read_bytes())
    )


def content_of(drawn: pd.DataFrame, tables: Mapping[str, pd.DataFrame], words: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template says, from the numbers drawn in the headline figure and the study's tables."""
    verdicts = verdict_rows(tables.get("verdicts"), words["not_tested"])
    return {
        "answer": [
            *answer(drawn),
            families_sentence(drawn),
            *floor_sentences(drawn),
            *behaviour_sentences(tables.get("behaviour")),
            verdicts_sentence(verdicts),
        ],
        "others": other_answers(tables.get("verdicts")),
        "numbers": headline_numbers(drawn),
        "families": family_rows(drawn),
        "resampled": resampled_rows(tables.get("balanced")),
        "verdicts": verdicts,
        "verdict_counts": verdict_counts(verdicts),
        "published": published_blocks(tables.get("scorecard")),
        "coverage": coverage_sentence(tables.get("coverage")),
        "pairs": pair_rows(tables.get("checkpoints"), tables.get("events")),
        "caveat": words["caveat"],
        "note": words["note"],
    }


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, float_precision="round_trip")


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
