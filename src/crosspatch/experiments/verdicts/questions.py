"""What a question to a control asks for, and the words for what its answer would be.

The claim: late blocks move the margin further from the tuned upstream state than from the base one (the interaction is
positive), and this is due to the two states, not to how events, tokens, states, boundaries or scales were chosen. What
is asked of it stands in the `idea.yaml` of every idea.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from crosspatch.records.estimates import HEADLINE


@dataclass(frozen=True)
class Expected:
    """What a number would be; `if_claim` is missing where the claim says no more than that it is above what an artefact
    would give, or below if `is_below`.

    relative_to: effect at all first divergences by whose size the number is divided before it is compared, if any.
    is_kept: whether the number is a ratio to the interaction of the control's reference that should stay; it counts by
    the sign of that interaction, since what is kept of a negative one speaks against the claim.
    of_interaction: whether the number is a ratio to an interaction, which says nothing where there may be none.
    """

    if_artefact: float
    if_claim: float | None = None
    relative_to: str | None = None
    is_kept: bool = False
    of_interaction: bool = False
    is_below: bool = False

    @property
    def side(self) -> str:
        """Side of what an artefact would give on which the claim puts the number: above or below."""
        goes_down = self.is_below if self.if_claim is None else self.if_claim < self.if_artefact
        return "below" if goes_down else "above"


EXPECTED: Final[Mapping[str, Expected]] = {
    # A ratio to the headline's number that should stay, and one that should vanish.
    "kept": Expected(if_artefact=0.0, if_claim=1.0, is_kept=True, of_interaction=True),
    "gone": Expected(if_artefact=1.0, if_claim=0.0, of_interaction=True),
    "kept_interaction": Expected(0.0, 1.0, relative_to="interaction", of_interaction=True),
    "kept_share": Expected(0.0, 1.0, relative_to="interaction_share", of_interaction=True),
    "positive": Expected(if_artefact=0.0),
    "negative": Expected(if_artefact=0.0, is_below=True),
    # A share of prompts.
    "all": Expected(if_artefact=0.0, if_claim=1.0),
    "more_than_half": Expected(if_artefact=0.5, if_claim=1.0),
}


@dataclass(frozen=True)
class Question:
    """One question to one number of the mean over families.

    control: row of `controls`, or `headline` for the study's own estimates; arm: pattern of the arm, of
    which the last match in the table's order decides, the strictest one; effect: which of its numbers; method: how its
    interval was made (None: the widest of those over prompts and over clusters); readout, precision: which margin;
    families: whether a family is on the claim's side by its `value` or by its own `interval`.
    """

    control: str
    question: str
    arm: str
    effect: str
    expected: Expected
    method: str | None = None
    readout: str = "common_tuned"
    precision: str = "float32"
    families: str = "value"


def as_questions(rows: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Return questions from the rows that ideas write, in which a word or numbers say what is expected; those without a
    control are to the headline.
    """
    return [Question(**{"control": HEADLINE, **row, "expected": _expected(row["expected"])}) for row in rows]


def _expected(said: str | Mapping[str, Any]) -> Expected:
    if isinstance(said, str):
        return EXPECTED[said]
    return Expected(**{name: value if isinstance(value, str) else float(value) for name, value in said.items()})
