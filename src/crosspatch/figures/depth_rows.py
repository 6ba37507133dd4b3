"""Arms of the control depth at their relative depth."""

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.figures.arm_rows import REMEDY

TERMINAL = "last "


def with_relative_depth(rows: pd.DataFrame, depth: pd.DataFrame, wanted_by: str) -> pd.DataFrame:
    """Return rows of arms with `relative_depth` of their arm and scope, from the estimates of the control `depth`.

    Raises TableError, naming `wanted_by` and the arm, if an arm has none.
    """
    known = depth[depth["effect"] == "relative_depth"][["arm", "scope", "value"]]
    joined = rows.merge(known.rename(columns={"value": "relative_depth"}), how="left", on=["arm", "scope"])
    unknown = joined[joined["relative_depth"].isna()]
    if len(unknown):
        arm, scope = unknown.iloc[0][["arm", "scope"]]
        raise TableError(f"{wanted_by}: no relative depth of the arm {arm!r} of {scope!r}; {REMEDY}")
    return joined
