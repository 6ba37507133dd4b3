"""Seeds derived from words, the same in every process."""

import hashlib


def seed_of(*words: str | int) -> int:
    """Return a seed that is a hash of the words; 48 bits, so that the number also survives a column of floats."""
    digest = hashlib.sha256("\n".join(map(str, words)).encode()).digest()
    return int.from_bytes(digest[:6], "big")
