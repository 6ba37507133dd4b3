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
HOSTS: Final = {BASE_RAW: TUNED_CHAT, TUNED_CHAT: BASE_RAW}
"""Either side's own reader, and the other's: it gives MLPs, or another end or lens."""
FREE_HOSTS: Final = {
    "free_grafts": (BASE_RAW, TUNED_CHAT),
    "free_swaps": (TUNED_CHAT, BASE_RAW),
    "free_raw_swaps": (TUNED_RAW, BASE_RAW),
}
"""Who writes with the other checkpoint's MLPs, by control, and how that one writes itself."""
RAW_LENS, TUNED_LENS = "raw", "tuned"
LENSES: Final = (RAW_LENS, TUNED_LENS)
"""How a block before the last is read: as it is, or through its affine map."""
SHARED_TEACHERS: Final = (BASE_RAW, TUNED_CHAT)
"""Who writes what both checkpoints are compared on."""
SIDE_BY_SIDE: Final = (
    (TUNED_CHAT, BASE_RAW),
    (TUNED_RAW, BASE_RAW),
    (TUNED_CHAT, TUNED_RAW),
    (BASE_CHAT, BASE_RAW),
)
"""Two readers whose predictions after the same block are compared."""
TEMPERED, EARLIER, OTHER_LENS = "tempered", "earlier", "other_lens"
VARIANTS: Final = (TEMPERED, EARLIER, OTHER_LENS)
"""How: to the final prediction at another temperature, to an earlier block's, or through the other's tuned lens."""


@dataclass(frozen=True)
class Reading:
    """Who reads what: one of READERS, and one of TEACHERS, who wrote the continuation."""

    reader: str
    teacher: str
