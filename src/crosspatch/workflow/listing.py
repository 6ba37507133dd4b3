"""The list of every figure and table, `docs/figures.md`; run as a module it prints it."""

import re

from crosspatch.workflow.catalogue import Shown, all_shown, title_of

WORDS = {"draw": "figure", "table": "table"}
HEAD = """# Every figure and table

A figure is the target `paper_figures/STUDY/NAME.pdf`, a table `results/STUDY/tables/NAME.csv`. A study has those whose
tables it has. Captions are in the modules `draw_NAME.py` and `table_NAME.py`, and in the report. This list is made by
`python -m crosspatch.workflow.listing`.
"""
COLUMNS = "| | name | what it shows | made from |\n|---|---|---|---|\n"


def listed() -> str:
    """Return every figure and table of the package in Markdown, idea by idea."""
    rows: dict[str, list[str]] = {}
    for form in WORDS:
        for name, shown in all_shown(form).items():
            idea = title_of(shown.module.rpartition(".")[0])
            rows.setdefault(idea, []).append(_row(WORDS[form], name, shown))
    return "\n".join([HEAD, *(f"## {idea}\n\n{COLUMNS}{''.join(lines)}" for idea, lines in sorted(rows.items()))])


def _row(word: str, name: str, shown: Shown) -> str:
    caption = re.sub(r"\{\{.*?\}\}", "\N{HORIZONTAL ELLIPSIS}", " ".join(shown.caption.split()))
    (first,) = re.findall(r"^.*?[.?](?= |$)", caption)
    return f"| {word} | `{name}` | {first} | {', '.join((*shown.needs, *shown.takes))} |\n"


if __name__ == "__main__":
    print(listed(), end="")
