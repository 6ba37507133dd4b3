"""What windows, controls and arms of grafts are called."""

from typing import Final

from crosspatch.records.grafts import BY_HISTORY

HISTORY_OF_CONTROLS: Final = "tuned"
"""Side whose histories controls are read with."""
LATE_PARTS: Final = ("half before late", "front half", "central half", "terminal half", "terminal quarter")
BY_STEP: Final = "random per step"
RANDOM: Final = (BY_STEP, BY_HISTORY)
OTHER_STEPS, OTHER_PROMPTS = "other steps", "other prompts"
REVERSED, IDENTITY = "reversed", "identity"
EDITED, WHOLE = "edited_window", "whole"
REGIONS: Final = (EDITED, "final_fifth", "final_half", WHOLE)
"""Blocks over which distances are averaged: those of the window, the end of the stack, and all."""


def window_of(arm: str) -> str:
    """Return the window of an arm."""
    return arm.partition(", ")[0]


def arm_of(window: str, history: str, lens: str | None = None) -> str:
    """Return the arm of a window, or of a contrast, under what one side wrote, read under a lens or none."""
    read = f"{window}, {history} history"
    return read if lens is None else f"{read}, {lens} lens"
