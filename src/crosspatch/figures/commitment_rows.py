"""How figures and tables print the arms of the control commitment."""

from crosspatch.records.arms import REFERENCE

EQUAL = "equal margins"
"""Arm that the regression's interaction is drawn as."""
WORDS = {REFERENCE: "all events", EQUAL: "equal margins (regression)"}


def arm_words(arm: str) -> str:
    """Return an arm of the control commitment as figures and tables print it."""
    if arm in WORDS:
        return WORDS[arm]
    named, _, place = arm.partition(", bin ")
    part, _, parts = place.partition(" of ")
    ends = {"1": " (lowest)", parts: " (highest)"}
    words = f"{named}, part {part} of {parts}{ends.get(part, '')}" if place else arm
    return words.replace("<=", "\N{LESS-THAN OR EQUAL TO}")
