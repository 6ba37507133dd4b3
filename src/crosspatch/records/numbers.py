"""What names one number of a table of effects."""

from typing import Final

ESTIMATE: Final = ("effect", "scope", "subset", "readout", "precision", "method")
"""Key of a row."""

NUMBER: Final = (*ESTIMATE, "column")
"""Key of a row, and what of it is meant."""

COUNTS: Final = ("n_events", "share_inside", "share_outside")
"""Columns that are about numbers of events: how many, and their share in and outside the subset. They have no sign."""
