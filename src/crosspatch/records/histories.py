"""Who writes and who reads the history of a pair, and under which lens."""

from dataclasses import dataclass
from typing import Final

from crosspatch.records.modes import CHAT, RAW
from crosspatch.records.sides import BASE, TUNED

BASE_RAW, BASE_CHAT = f"{BASE}_{RAW}", f"{BASE}_{CHAT}"
TUNED_RAW, TUNED_CHAT = f"{TUNED}_{RAW}", f"{TUNED}_{CHAT}"
READERS: Final = (BASE_RAW, BASE_CHAT, TUNED_RAW, TUNED_CHAT)
"""Who reads: a side of the pair, its prompt in a mode."""
TEACHERS: Final = (BASE_RAW, TUNED_RAW, TUNED_CHAT)
"""Who writes the continuation; the base alone has no template."""
RAW_LENS, TUNED_LENS = "raw", "tuned"
LENSES: Final = (RAW_LENS, TUNED_LENS)
"""How a block before the last is read: as it is, or through its affine map."""


@dataclass(frozen=True)
class Reading:
    """Who reads what: one of READERS, and one of TEACHERS, who wrote the continuation."""

    reader: str
    teacher: str
