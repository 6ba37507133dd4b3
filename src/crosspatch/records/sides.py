"""The words that columns, files and keyword arguments use."""

BASE, TUNED = "base", "tuned"
SIDES = (BASE, TUNED)

COMMON_TUNED, COMMON_BASE, NATIVE = "common_tuned", "common_base", "native"
READOUTS = (COMMON_TUNED, COMMON_BASE, NATIVE)
