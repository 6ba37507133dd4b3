"""What the summaries that the authors of "The Convergence Gap" committed say when they are taken again: grafts of a
window's MLPs and random directions in their place, the gap by part of the stack, and windows of other widths, each
beside the published number, with the families of the other sign, which the paper does not name. Intervals resample
prompts or families ({{ study.statistics.draws }} draws, percentile, {{ study.statistics.level }}).
"""

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import (
    Column,
    TableSpec,
    count,
    measured,
)

SPEC = TableSpec(
    label="audit_summaries",
    title="The published summaries, taken again",
    note=(
        "Tuned less base or graft less host, with {level} intervals. "
        "Resampled: prompts (of all families alike, or of all families in one heap, as published) or families. "
        "Other sign: families whose own number has the other sign than the mean, or whose sign depends on the lens. "
        "Each family's numbers of the windows are in results/STUDY/claims/summaries.parquet. "
        "The doubts are listed in data/published/README.md."
    ),
    columns=(
        Column("source", "Summary"),
        Column("quantity", "Number"),
        Column("family", "Of"),
        Column("unit", "Unit"),
        Column("method", "Resampled"),
        Column("again", "Taken again", measured),
        Column("published", "Published", measured),
        Column("other_sign", "Other sign"),
        Column("n", "n", count),
        Column("doubt", "Doubts"),
    ),
    grouped=("source", "quantity"),
)

SECTIONS = {
    "random_control": ["Section 3.3, random control"],
    "gap_by_block": ["Repository, convergence_gap_values.json", "Repository, lens sensitivity"],
    "window_effects": ["Appendix B, windows"],
}
"""Where the published numbers of each summary stand."""
SOURCES = {
    "random_control": "random control",
    "gap_by_block": "gap by block",
    "window_effects": "windows",
}
COLUMNS = ["source", "quantity", "family", "unit", "method", "value", "low", "high", "level", "n", "other_sign"]
THEIRS = {"value": "published", "low": "published_low", "high": "published_high", "doubt": "doubt"}
OURS = {"value": "again", "low": "again_low", "high": "again_high"}
REMEDY = "audit the published summaries again (snakemake audit_summaries)"


def table_audit_summaries(summaries: pd.DataFrame, published_gap: pd.DataFrame) -> pd.DataFrame:
    """Return every mean and count and every number that was published, ours beside theirs, quantity by quantity.

    Raises TableError if the audit is empty or has none of the published numbers.
    """
    need_columns(summaries, COLUMNS, "table audit_summaries", REMEDY)
    blocks = [
        _block(summaries[summaries["source"] == source], published_gap, sections)
        for source, sections in SECTIONS.items()
    ]
    table = pd.concat(blocks, ignore_index=True)
    if table["published"].isna().all():
        raise TableError("table audit_summaries: no number of the audit is in data/published; its words have changed")
    is_mean = table["other_sign"].notna()
    shown = table[is_mean | table["published"].notna() | (table["source"] == "random_control")]
    return shown.assign(source=shown["source"].map(SOURCES), other_sign=shown["other_sign"].replace("", pd.NA))


def _block(own: pd.DataFrame, published: pd.DataFrame, sections: list[str]) -> pd.DataFrame:
    theirs = published[published["section"].isin(sections)].rename(columns=THEIRS)
    keys = ["quantity", "family"]
    rows = own.rename(columns=OURS).merge(theirs[[*keys, *THEIRS.values()]], on=keys, how="left", validate="m:1")
    places = {name: place for place, name in enumerate(dict.fromkeys(rows["quantity"]))}
    return rows.sort_values("quantity", key=lambda names: names.map(places), kind="stable")
