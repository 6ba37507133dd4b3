"""What the figure and the table of forced tokens share: kinds of prompts, and estimates by kind and line."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.experiments.forced_tokens.names import ALL, EVENTS, arm_of
from crosspatch.figures.rows import REMEDY, select_arms
from crosspatch.figures.words import Labels

Line = tuple[str, tuple[str, ...], str]
"""View, parts of the arm, and effect."""
_PREFIX: Final = f"{EVENTS}, "


def kinds_in(forced_tokens: pd.DataFrame, wanted_by: str) -> list[str]:
    """Return the kinds of prompts of a table of estimates, ALL last; TableError, naming who asks, if it has none."""
    arms = [str(arm) for arm in forced_tokens["arm"].unique()] if "arm" in forced_tokens else []
    found = [arm.removeprefix(_PREFIX) for arm in arms if arm.startswith(_PREFIX)]
    if not found:
        raise TableError(f"{wanted_by}: no events of forced tokens among the arms; {REMEDY}")
    return [*sorted(kind for kind in found if kind != ALL), *(kind for kind in found if kind == ALL)]


def lines_of(forced_tokens: pd.DataFrame, labels: Labels, wanted_by: str, lines: Mapping[str, Line]) -> pd.DataFrame:
    """Return the estimates of some lines, by name, of every kind of prompts, with `kind` and `line`."""
    kinds = kinds_in(forced_tokens, wanted_by)
    known = {
        (arm_of(view, kind, *parts), effect): (kind, name)
        for name, (view, parts, effect) in lines.items()
        for kind in kinds
    }
    arms, effects = ([*dict.fromkeys(key[place] for key in known)] for place in (0, 1))
    rows = select_arms(forced_tokens, wanted_by, labels, arm=arms, effect=effects)
    named = [known.get((row.arm, row.effect)) for row in rows.itertuples()]
    kept = rows[[one is not None for one in named]].reset_index(drop=True)
    about = pd.DataFrame([one for one in named if one is not None], columns=["kind", "line"])
    return kept.join(about)
