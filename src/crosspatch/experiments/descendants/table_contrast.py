"""Does tuning on instructions give more interaction than other training of the same base? The difference between the
means of the two groups of descendants, without and with adjustment for the prompt's category, the position of the event
and the word class of the tuned token, by ordinary least squares over events. Intervals are robust to clusters: events
of one prompt, of one template, and with one pair of tokens.
"""

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Column, TableSpec, count, measured
from crosspatch.figures.words import METHODS, READOUTS

REMEDY = "compare the descendants again (snakemake --forcerun contrast_descendants)"

SPEC = TableSpec(
    label="contrast",
    title="Descendants tuned on instructions less the others",
    note="Logits, float32, with {level} intervals from covariances robust to the clusters named.",
    columns=(
        Column("arm", "Contrast"),
        Column("readout", "Readout"),
        Column("over", "Clusters"),
        Column("contrast", "Difference of interactions", measured),
        Column("n_pairs", "Descendants", count),
        Column("n_events", "Events", count),
    ),
    grouped=("arm", "readout"),
)


def table_contrast(contrast: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each contrast, readout and kind of cluster, from the estimates of the control `contrast`."""
    need_columns(contrast, ["arm", "readout", "precision", "method", "value", "low", "high"], "table contrast", REMEDY)
    own = contrast[contrast["precision"] == "float32"]
    return own.assign(
        over=own["method"].map(METHODS),
        readout=own["readout"].map(READOUTS),
        contrast=own["value"],
        contrast_low=own["low"],
        contrast_high=own["high"],
    )[["arm", "readout", "over", "contrast", "contrast_low", "contrast_high", "level", "n_pairs", "n_events"]]
