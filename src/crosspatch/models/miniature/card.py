"""The card of a trained checkpoint: what it was trained on, how, and what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from crosspatch.models.miniature.training import LossPoint

MINIATURE = "A small checkpoint for exercising the study's instruments; it knows only the miniature world (data/world)."
Marks = Mapping[str, Mapping[str, float]]  # by mode and category, the share of an exam's prompts answered as taught


def write_card(
    name: str,
    *,
    description: str,
    settings: Mapping[str, Any],
    curve: Sequence[LossPoint],
    exam: Marks | None = None,
    unit: str = "nats per token",
    about: str = MINIATURE,
) -> str:
    """Return the card as Markdown; `unit` is that of the losses, `about` what the checkpoint is for."""
    held_out = [point.loss for point in curve if point.quantity == "held_out"]
    lines = [
        f"# {name}",
        "",
        description,
        about,
        "",
        "| setting | value |",
        "|---|---|",
        *(f"| {key} | {value} |" for key, value in settings.items()),
        "",
        f"Held-out loss: {held_out[0]:.3f} {unit} before training, {held_out[-1]:.3f} after.",
    ]
    if exam is not None:
        lines += ["", "Held-out prompts answered word for word as taught:", ""]
        lines += [f"| category | {' | '.join(exam)} |", "|---" * (1 + len(exam)) + "|"]
        for category in next(iter(exam.values())):
            shares = " | ".join(f"{marks[category]:.2f}" for marks in exam.values())
            lines.append(f"| {category} | {shares} |")
    return "\n".join(lines) + "\n"
