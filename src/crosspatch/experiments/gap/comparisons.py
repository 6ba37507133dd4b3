"""Which reader of which history is compared with which, and what that is called."""

from collections.abc import Mapping
from typing import Final

from crosspatch.records.histories import BASE_CHAT, BASE_RAW, TUNED_CHAT, TUNED_RAW, Reading

COMPARISONS: Final[Mapping[str, tuple[Reading, Reading]]] = {
    "tuned history": (Reading(TUNED_CHAT, TUNED_CHAT), Reading(BASE_RAW, TUNED_CHAT)),
    "base history": (Reading(TUNED_CHAT, BASE_RAW), Reading(BASE_RAW, BASE_RAW)),
    "own histories": (Reading(TUNED_CHAT, TUNED_CHAT), Reading(BASE_RAW, BASE_RAW)),
    "tuned history, both raw": (Reading(TUNED_RAW, TUNED_CHAT), Reading(BASE_RAW, TUNED_CHAT)),
    "base history, both raw": (Reading(TUNED_RAW, BASE_RAW), Reading(BASE_RAW, BASE_RAW)),
    "own histories, both raw": (Reading(TUNED_RAW, TUNED_RAW), Reading(BASE_RAW, BASE_RAW)),
    "tuned history, template of tuned": (Reading(TUNED_CHAT, TUNED_CHAT), Reading(TUNED_RAW, TUNED_CHAT)),
    "tuned history, template of base": (Reading(BASE_CHAT, TUNED_CHAT), Reading(BASE_RAW, TUNED_CHAT)),
}
"""What is compared, the first less the second; those of one history are the claim (protocol of the fixed history)."""
CURVES: Final = ("tuned history", "base history", "own histories")
"""Comparisons of which every block is estimated."""
COUNTED: Final = tuple(dict.fromkeys(reading for compared in CURVES for reading in COMPARISONS[compared]))
"""Readings of CURVES, of which every step is counted by the block at which it settles."""
JS: Final = "js"
CURVED: Final = (TUNED_CHAT, BASE_RAW)
"""The two readers of which every block is estimated."""
BEFORE: Final = "before_final_fifth"
"""Region from the final half's first block to the last before the final fifth, where an earlier end is still ahead."""
HISTORIES: Final = {TUNED_CHAT: "tuned history", BASE_RAW: "base history"}


def arm_of(compared: str, lens: str, first_step: int = 0, place: str | None = None) -> str:
    """Return the arm of a comparison, or of a reading, under a lens: of all steps or later ones, at a place or not."""
    later = "" if first_step == 0 else f", from step {first_step}"
    return f"{compared}, {lens} lens{later}" + ("" if place is None else f", {place}")


def level_of(reading: Reading) -> str:
    """Return what a reading is called as an arm of its own."""
    return f"{reading.reader} reads {reading.teacher}"


def couple_of(reader: str, other: str, teacher: str) -> str:
    """Return what two readers of one teacher's histories are called as an arm."""
    return f"{reader} and {other} read {teacher}"
