"""Tables as CSV, Markdown and LaTeX; no matplotlib, whose version is none of their business."""

from collections.abc import Mapping
from pathlib import Path

from crosspatch.files.atomic import write_text


def write_rendered_table(rendered: Mapping[str, str], *, csv: Path, markdown: Path, latex: Path) -> None:
    """Write a table rendered as `csv`, `markdown` and `latex`, each file whole or not at all."""
    for kind, path in {"csv": csv, "markdown": markdown, "latex": latex}.items():
        write_text(path, rendered[kind])
