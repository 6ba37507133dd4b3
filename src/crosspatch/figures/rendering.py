"""One formatting of tables: a numeric frame and its specification to CSV, Markdown and LaTeX."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.words import percent, with_interval

NOTHING = "\N{EN DASH}"
PAGE = 50
"""Rows above which a LaTeX table breaks over pages (needs the package longtable)."""
Row = Mapping[str, Any]
_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "<": "$<$", ">": "$>$", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\N{EN DASH}": "--",
    "\N{GREATER-THAN OR EQUAL TO}": r"$\geq$", "\N{LESS-THAN OR EQUAL TO}": r"$\leq$",
}  # fmt: skip


def text(row: Row, name: str) -> str:
    """Show a value as it is."""
    return NOTHING if pd.isna(row[name]) else str(row[name])


def revision(row: Row, name: str) -> str:
    """Show `id@revision` with the revision's first eight digits."""
    checkpoint, _, digits = text(row, name).partition("@")
    return f"{checkpoint}@{digits[:8]}" if digits else checkpoint


def count(row: Row, name: str) -> str:
    """Show a whole number."""
    return NOTHING if pd.isna(row[name]) else f"{int(row[name])}"


def plain(row: Row, name: str) -> str:
    """Show a number with as few digits as it has, at most three decimals."""
    return NOTHING if pd.isna(row[name]) else f"{round(float(row[name]), 3):g}"


def logits(row: Row, name: str) -> str:
    """Show a number with two decimals."""
    return NOTHING if pd.isna(row[name]) else f"{row[name]:z.2f}"


def share(row: Row, name: str) -> str:
    """Show a ratio as a percentage with one decimal."""
    return NOTHING if pd.isna(row[name]) else f"{100 * row[name]:z.1f}%"


def p_value(row: Row, name: str) -> str:
    """Show a probability with two digits."""
    return NOTHING if pd.isna(row[name]) else f"{row[name]:.2g}"


def estimate(row: Row, name: str) -> str:
    """Show `value [low, high]` from NAME, NAME_low and NAME_high; the value alone if there is no interval."""
    return NOTHING if pd.isna(row[name]) else with_interval(row[name], row[f"{name}_low"], row[f"{name}_high"])


def bounded(row: Row, name: str) -> str:
    """Show `value [low, high]` from NAME, low and high, for a table with one estimate in a row."""
    return estimate({name: row[name], f"{name}_low": row["low"], f"{name}_high": row["high"]}, name)


def measured(row: Row, name: str) -> str:
    """Show `value [low, high]` as `estimate` does, in any unit: each number with at most three decimals."""
    low, high = plain(row, f"{name}_low"), plain(row, f"{name}_high")
    return plain(row, name) + ("" if NOTHING in (low, high) else f" [{low}, {high}]")


@dataclass(frozen=True)
class Column:
    """One printed column: the frame's column it shows, its heading and how a cell is shown."""

    name: str
    heading: str
    show: Callable[[Row, str], str] = text

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers, which stand to the right."""
        return self.show not in {text, revision}


@dataclass(frozen=True)
class TableSpec:
    """How a table is printed. `{level}` in the note stands for the confidence levels in the frame's column `level`.

    A value of the columns in `grouped` is printed once for neighbouring rows that share it.
    """

    label: str
    title: str
    note: str
    columns: tuple[Column, ...]
    grouped: tuple[str, ...] = ()


def render(frame: pd.DataFrame, spec: TableSpec) -> dict[str, str]:
    """Return the table as `csv` (every number in full), `markdown` and `latex` (booktabs; needs that package)."""
    need_columns(frame, [column.name for column in spec.columns], f"table {spec.label}", "make the table again")
    cells = _cells(frame, spec)
    return {
        "csv": frame.to_csv(index=False, lineterminator="\n"),
        "markdown": _markdown(cells, spec, _note(frame, spec)),
        "latex": _latex(cells, spec, _note(frame, spec)),
    }


def _cells(frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    rows = [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
    cells = pd.DataFrame({column.heading: [column.show(row, column.name) for row in rows] for column in spec.columns})
    for column in spec.columns:
        if column.name in spec.grouped:
            repeated = cells[column.heading].eq(cells[column.heading].shift())
            cells[column.heading] = cells[column.heading].mask(repeated, "")
    return cells


def _note(frame: pd.DataFrame, spec: TableSpec) -> str:
    levels = sorted(frame["level"].dropna().unique()) if "level" in frame else []
    return spec.note.replace("{level}", ", ".join(percent(level) for level in levels) or "no")


def _markdown(cells: pd.DataFrame, spec: TableSpec, note: str) -> str:
    alignment = ["right" if column.is_number else "left" for column in spec.columns]
    safe = cells.map(lambda cell: cell.replace("|", r"\|"))
    grid = safe.to_markdown(index=False, disable_numparse=True, colalign=alignment)
    return f"**{spec.title}.** {note}\n\n{grid}\n"


def _latex(cells: pd.DataFrame, spec: TableSpec, note: str) -> str:
    safe = cells.map(_latex_safe)
    for column in spec.columns:
        if column.is_number:
            safe[column.heading] = safe[column.heading].str.replace(r"(?<!-)-(?=\d)", "$-$", regex=True)
    safe.columns = [_latex_safe(heading) for heading in cells.columns]
    long = len(safe) > PAGE
    return safe.to_latex(
        index=False, escape=False, position=None if long else "t", longtable=long, label=f"tab:{spec.label}",
        caption=_latex_safe(f"{spec.title}. {note}"),
        column_format="".join("r" if column.is_number else "l" for column in spec.columns),
    )  # fmt: skip


def _latex_safe(cell: str) -> str:
    return "".join(_LATEX.get(character, character) for character in cell)
