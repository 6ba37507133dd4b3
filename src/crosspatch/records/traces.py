"""Where a file of a study comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TracedFile:
    """A file, what is known of how it was made, and whether it still is what it was when it was made or read.

    recorded: SHA-256 that its maker and its readers noted; found: SHA-256 now, None if the file is not here;
    provenance: what made it, empty if nothing says so (a source file, or one that no rule of the study makes).
    """

    path: str
    recorded: frozenset[str]
    found: str | None
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether the file is not what its maker or a reader noted."""
        return len(self.recorded | ({self.found} if self.found else set())) > 1

    @property
    def digest(self) -> str:
        """SHA-256 of the file as it is now, else as it was noted."""
        return self.found or min(self.recorded)


@dataclass(frozen=True)
class TracedCheckpoint:
    """A checkpoint that tables were made with: its origin, the digests noted, and those of the files now.

    found lacks the files that are not on this machine.
    """

    name: str
    origin: Mapping[str, Any]
    recorded: Mapping[str, str]
    found: Mapping[str, str]

    @property
    def differing(self) -> list[str]:
        """Files that are here and are not what was noted."""
        return [name for name, digest in self.recorded.items() if self.found.get(name, digest) != digest]
