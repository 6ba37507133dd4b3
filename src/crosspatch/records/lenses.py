"""The lenses under which a block before the last is read, as columns name them."""

RAW, TUNED = "raw", "tuned"
LENSES = (RAW, TUNED)
