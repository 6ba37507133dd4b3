"""What docs list of ideas: every figure and table, and every control; run as a module it writes both lists.

`docs/figures.md` is the first list as a whole; in `docs/controls.md` the second stands between two markers.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from crosspatch.errors import ConfigError
from crosspatch.workflow.catalogue import Shown, all_shown, title_of
from crosspatch.workflow.ideas import PLACE, all_controls, idea_of

DOCS = Path(__file__).parents[3] / "docs"
WORDS = {"draw": "figure", "table": "table"}
HEAD = """# Every figure and table

A figure is the target `paper_figures/STUDY/NAME.pdf`, a table `results/STUDY/tables/NAME.csv`; `snakemake IDEA` makes
those of one idea. The findings page, `results/STUDY/findings.html`, is the target `findings`. A study has those whose
tables it has. Captions are in the modules `draw_NAME.py` and `table_NAME.py`, and in the report. This list is made by
`python -m crosspatch.workflow.listing`.
"""
COLUMNS = "| | name | what it shows | made from |\n|---|---|---|---|\n"
CONTROL_COLUMNS = (
    "| idea | control | what it does | what an artefact would give | what it does not test |\n|---|---|---|---|---|\n"
)
BEGIN, END = "<!-- controls: python -m crosspatch.workflow.listing -->\n", "<!-- end of controls -->\n"


def listed() -> dict[Path, str]:
    """Return what each page of the docs that lists ideas should be; ConfigError if a page lacks the markers."""
    controls = DOCS / "controls.md"
    return {DOCS / "figures.md": _figures(), controls: between_markers(controls.read_text(encoding="utf-8"))}


def between_markers(page: str) -> str:
    """Return a page with the table of all controls between its markers; ConfigError if it lacks them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ConfigError(
            f"docs/controls.md lacks the lines {BEGIN.strip()!r} and {END.strip()!r}; put them around its table"
        )
    return f"{before}{BEGIN}{_controls()}{END}{after}"


def _figures() -> str:
    rows: dict[str, list[str]] = {}
    for form in WORDS:
        for name, shown in all_shown(form).items():
            rows.setdefault(idea_of(shown.module), []).append(_row(WORDS[form], name, shown))
    headings = {f"{title_of(PLACE + idea)} (`{idea}`)": lines for idea, lines in rows.items()}
    return "\n".join(
        [HEAD, *(f"## {heading}\n\n{COLUMNS}{''.join(headings[heading])}" for heading in sorted(headings))]
    )


def _row(word: str, name: str, shown: Shown) -> str:
    caption = re.sub(r"\{\{.*?\}\}", "\N{HORIZONTAL ELLIPSIS}", " ".join(shown.caption.split()))
    (first,) = re.findall(r"^.*?[.?](?= |$)", caption)
    return f"| {word} | `{name}` | {first} | {', '.join((*shown.needs, *shown.takes))} |\n"


def _controls() -> str:
    rows = [
        (control.idea, name, control.does, control.artefact or "(descriptive)", control.not_tested or "")
        for name, control in all_controls().items()
    ]
    return CONTROL_COLUMNS + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def write(pages: Mapping[Path, str]) -> None:
    """Write the text of each page."""
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(listed())
