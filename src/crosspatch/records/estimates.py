"""Rows of estimates: whose they are, how their intervals were made, and which of several intervals decides."""

from typing import Final

import pandas as pd

HEADLINE: Final = "headline"
"""What the study's own estimates have in the place of a control."""
PROMPT: Final = "prompt"
SCHEMES: Final = (PROMPT, "cluster_template", "cluster_tokens")
"""What is resampled: prompts; all prompts of a template; all prompts of a category with the same two tokens."""
CLUSTERS: Final = SCHEMES[1:]
"""Schemes that resample as a whole what is not independent."""
SIGN_FLIP: Final = "sign_flip"
PERMUTATION: Final = "permutation"
DECIDING: Final = (*SCHEMES, SIGN_FLIP, PERMUTATION)
"""Methods whose widest interval decides: resampled units, and nulls; others stand in a row only if asked for."""
KEY: Final = ("control", "arm", "effect", "scope", "readout", "precision")
"""What an estimate is of; `method` besides says how its interval was made."""
COLUMNS: Final = (
    *KEY, "method", "value", "low", "high", "level", "n_events", "n_prompts", "n_clusters", "n_pairs", "draws", "seed",
)  # fmt: skip


def widest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row of each estimate: that of the DECIDING method with the widest interval; the first if none has one.

    Prompts that share a template or two tokens are not independent, so the widest honest interval decides.
    """
    known = rows[rows["method"].isin(DECIDING)].reset_index(drop=True)
    widths = (known["high"] - known["low"]).astype(float).fillna(-1.0)
    order = widths.sort_values(ascending=False, kind="stable").index
    return known.loc[order].drop_duplicates([name for name in KEY if name in known]).sort_index()
