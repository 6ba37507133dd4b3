"""What each control asks, and what its answer would be if the claim were an artefact, or if it is right.

The claim: late blocks move the margin further from the tuned upstream state than from the base one (the interaction is
positive), and this is due to the two states, not to how events, tokens, states, boundaries or scales were chosen.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Expected:
    """What a number would be; `if_claim` is missing where the claim says no more than that it is on the other side.

    relative_to: effect at all first divergences that the number is divided by before it is compared, if any.
    """

    if_artefact: float
    if_claim: float | None
    relative_to: str | None = None


KEPT: Final = Expected(if_artefact=0.0, if_claim=1.0)
"""A ratio to the headline's number that should stay."""
GONE: Final = Expected(if_artefact=1.0, if_claim=0.0)
"""A ratio to the headline's number that should vanish."""
KEPT_INTERACTION: Final = Expected(0.0, 1.0, relative_to="interaction")
KEPT_SHARE: Final = Expected(0.0, 1.0, relative_to="interaction_share")
POSITIVE: Final = Expected(if_artefact=0.0, if_claim=None)
ALL: Final = Expected(if_artefact=0.0, if_claim=1.0)
"""A share of prompts."""
MORE_THAN_HALF: Final = Expected(if_artefact=0.5, if_claim=1.0)


@dataclass(frozen=True)
class Question:
    """One question to one number of the mean over families.

    control: row of `controls`, or `effects` for the study's own estimates; arm: pattern of the arm (there: subset), of
    which the last match in the table's order decides, the strictest one; effect: which of its numbers.
    """

    control: str
    question: str
    arm: str
    effect: str
    expected: Expected = KEPT
    method: str = "prompt"


QUESTIONS: Final = (
    Question("effects", "Would other families show it?", "all", "interaction", KEPT_INTERACTION, "two_level"),
    Question("effects", "Is it only how answers open?", "position >= 3", "interaction", KEPT_INTERACTION),
    Question("label_swap", "Could labels that mean nothing give it?", "templates", "null_share", GONE, "sign_flip"),
    Question(
        "token_identity", "Is it the tokens, at any prompt?", "within category", "null_share", GONE, "permutation"
    ),
    Question("tokens", "Is it only assistants' opening words?", "no assistant marker", "retention"),
    Question("tokens", "Is it only who stops first?", "no stop token", "retention"),
    Question("tokens", "Is it only frequent pairs of tokens?", "rare tokens", "retention"),
    Question("consistency", "Does it hang on near-ties?", "gap >= .*", "retention"),
    Question("interpolation", "Does it grow with the tuned share?", ".*", "positive_slope", MORE_THAN_HALF),
    Question("interpolation", "Does it grow at every step?", ".*", "monotone", ALL),
    Question("signed_permutation", "Does any displacement do it?", ".*", "signed_displacement_ratio", GONE),
    Question("signed_permutation", "Does any displacement do as much?", ".*", "displacement_ratio", GONE),
    Question("rescaling", "Is it the norm of the states?", "host norm", "retention"),
    Question("anomaly", "Is it states that are out of place?", "lowest .*", "retention"),
    Question("selection", "Is it only at first divergences?", "both paths", "retention"),
    Question("selection", "Is it there before they part?", "future pair", "retention", GONE),
    Question("native_history", "Is it lost along the tuned text?", "tuned history", "retention"),
    Question("native_history", "Is it lost along the base text?", "base history", "retention"),
    Question("commitment", "Was it decided before the late blocks?", "tuned margin <= 0", "retention"),
    Question(
        "commitment_regression",
        "Is it lost at equal boundary margins?",
        ".*",
        "interaction_at_equal_margins",
        KEPT_INTERACTION,
    ),
    Question("depth", "Is it lost a tenth of the stack earlier?", "depth 0.5", "retention"),
    Question("depth", "Is it lost a tenth of the stack later?", "depth 0.7", "retention"),
    Question("scale", "Is it lost in log odds?", "tuned log odds", "interaction_share", KEPT_SHARE),
    Question("scale", "Is it lost in probabilities?", "probability", "interaction_share", KEPT_SHARE),
    Question(
        "scale", "Is it lost in the odds of the two tokens?", "two-token probability", "interaction_share", KEPT_SHARE
    ),
    Question("write_out", "Do late MLPs write no more from the tuned state?", "late", "interaction", POSITIVE),
)
