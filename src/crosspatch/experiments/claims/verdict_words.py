"""Words of a comparison, and how often one was said."""

from typing import Final

import pandas as pd

CANNOT_DIFFER: Final = "cannot differ"
BOTH_NEAR_ZERO: Final = "both near zero"
ONE_NEAR_ZERO: Final = "one near zero"
VERDICTS: Final = (
    *("differs", "other sign", ONE_NEAR_ZERO, "reproduced", "same sign", BOTH_NEAR_ZERO, CANNOT_DIFFER),
    *("not compared", "not yet measured"),
)
"""In the order in which a reader should see them."""
MEASURED: Final = VERDICTS[:7]


def count_estimates(rows: pd.DataFrame) -> str:
    """Say how many published rows there are and with how many different estimates they are compared."""
    n_rows, n_estimates = len(rows), rows["estimate"].nunique()
    return f"{n_rows} row{'s' * (n_rows != 1)}, {n_estimates} estimate{'s' * (n_estimates != 1)}"
