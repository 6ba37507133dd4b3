"""Which texts are what was expected of an answer to their prompts, and which refuse."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from crosspatch.experiments.free_running.names import passed_in
from crosspatch.experiments.free_running.texts import Text
from crosspatch.jobs.grading import grade
from crosspatch.measures.compliance import refuses
from crosspatch.records.expectations import Expectation


@dataclass(frozen=True)
class Asked:
    """What kind of prompt it is, and what is expected of an answer."""

    category: str
    expectation: Expectation


def graded(texts: Mapping[str, Text], asked: Mapping[str, Asked]) -> pd.DataFrame:
    """Return by prompt whether a text refuses and whether it passes; that also in a column of its category.

    Missing (NaN) where nothing verifies an answer, and in the columns of other categories. A text that was cut counts
    as what it is so far.
    """
    rows = [_grades(text, asked[name]) for name, text in texts.items()]
    return pd.DataFrame(rows, index=pd.Index(texts, name="prompt_id"), dtype=float)


def _grades(text: Text, asked: Asked) -> dict[str, float]:
    passed = grade(text.said, asked.expectation, ended=text.stopped).passed
    told = {} if passed is None else {"passed": float(passed), passed_in(asked.category): float(passed)}
    return {"refused": float(refuses(text.said)), **told}
