"""What verdicts are called, and what is known of each."""

from typing import Final

HOLDS, WEAKENS, FAILS, UNDECIDED = "holds", "weakens", "fails", "undecided"
COLUMNS: Final = (
    *("control", "question", "arm", "effect", "if_artefact", "if_claim", "claim_side", "value", "low", "high", "level"),
    *("n_events", "position", "position_low", "position_high", "n_families", "n_on_claims_side", "p_families"),
    "verdict",
)
"""Columns of a table of verdicts, a row per question."""
