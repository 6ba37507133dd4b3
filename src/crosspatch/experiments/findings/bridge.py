"""What the answer has to do with what checkpoints finally do, in a sentence beside it."""

import pandas as pd

from crosspatch.figures.rendering import logits, text
from crosspatch.records.arms import WITHIN_KINDS

SAID = {
    "with": "The tuned checkpoint alone answers as expected more often where the interaction is larger",
    "against": "The tuned checkpoint alone answers as expected less often where the interaction is larger",
    "neither": "The interaction of a prompt does not tell whether the tuned checkpoint alone answers it as expected",
}
NUMBERS = "within kinds of prompts their correlation is {value}, {interval}"
BOUNDS = "with a widest interval from {low} to {high}"
MISSING = "Whether the interaction goes with what checkpoints finally do cannot be said: no two graded answers differ."


def behaviour_sentences(behaviour: pd.DataFrame | None) -> list[str]:
    """Return the sentence on free-running answers, of the table `behaviour`: of the mean, which stands last, or of the
    only family; none if the study has no such table.
    """
    if behaviour is None:
        return []
    row = behaviour[behaviour["arm"] == WITHIN_KINDS].iloc[-1].to_dict()
    named = {"": "value", "_low": "low", "_high": "high"}
    values = {name: row[f"answer_correlation{end}"] for end, name in named.items()}
    if pd.isna(values["value"]):
        return [MISSING]
    words = {name: logits(values, name) for name in values}
    interval = "without an interval" if pd.isna(values["low"]) else BOUNDS.format(**words)
    said = SAID["with" if values["low"] > 0 else "against" if values["high"] < 0 else "neither"]
    return [f"{said}: {NUMBERS.format(value=words['value'], interval=interval)} ({text(row, 'family').lower()})."]
