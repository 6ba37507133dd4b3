"""What names one number of a table of estimates."""

from typing import Final

from crosspatch.records.estimates import KEY

ESTIMATE: Final = (*KEY, "method")
"""Key of a row."""

NUMBER: Final = (*ESTIMATE, "column")
"""Key of a row, and what of it is meant."""

VIEW: Final = ("readout", "precision")
"""Keys that estimates of what has no margins lack, both of them."""

COUNTS: Final = ("n_events", "share_inside", "share_outside", "n_pair_prompts", "n_pairs_positive")
"""Columns that are about numbers of events, prompts or pairs. They have no sign."""

NEVER_NEGATIVE: Final = ("picks_donor_token", "picks_tuned_token", "displacement_ratio")
"""Effects of controls and lineages that are shares of events or sizes."""

OF_ONE_READING: Final = r"\w+ reads \w+"
"""How arms begin that hold what one reader has by itself: distances, which are never negative either."""
