"""What other states do in the place of the tuned upstream state, by family: mixtures with the base state, the base
state moved as far in a random direction, and crossed states at the norm of the late stack's own (tables C.1 and C.2
of arXiv 2605.07284).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, estimate, share
from crosspatch.figures.rows import join, scopes, select_arms
from crosspatch.figures.tables import EVENTS, FAMILY
from crosspatch.figures.words import Labels
from crosspatch.records.arms import ALL_DRAWS, REFERENCE

NAME = "table hybrids"
QUANTITIES: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "interaction": ("interpolation", REFERENCE, "interaction"),
        "slope": ("interpolation", "tuned shares", "slope"),
        "positive_slope": ("interpolation", "tuned shares", "positive_slope"),
        "monotone": ("interpolation", "tuned shares", "monotone"),
        "rank_correlation": ("interpolation", "tuned shares", "rank_correlation"),
        "signed_displacement": ("signed_permutation", ALL_DRAWS, "signed_displacement"),
        "absolute_displacement": ("signed_permutation", ALL_DRAWS, "absolute_displacement"),
        "displacement_ratio": ("signed_permutation", ALL_DRAWS, "displacement_ratio"),
        "signed_displacement_ratio": ("signed_permutation", ALL_DRAWS, "signed_displacement_ratio"),
        "absolute_displacement_ratio": ("signed_permutation", ALL_DRAWS, "absolute_displacement_ratio"),
        "host_norm": ("rescaling", "host norm", "interaction"),
        "host_norm_retention": ("rescaling", "host norm", "retention"),
    }
)
"""Control, arm and effect of each number of a row."""
SPEC = TableSpec(
    label="hybrids",
    title="Other states in the place of the tuned upstream state",
    note=(
        "Logits (ratios where it says so), {level} intervals (the widest over prompts, templates and token pairs); "
        "common tuned readout in float32. "
        "Slope: of the late effect over the tuned share of a mixture of both states, prompt by prompt; rising: prompts "
        "with a positive slope; monotone: prompts whose late effect never falls from a share to the next. Random: the "
        "base state moved as far as the tuned one, with the difference's dimensions and signs shuffled. Size / "
        "interaction is the published ratio, of a mean of absolute values to the absolute value of a mean; chance "
        "alone makes it large, unlike the other two. Host norm: crossed states at the norm of the late stack's own."
    ),
    columns=(
        FAMILY,
        Column("interaction", "Interaction", estimate),
        Column("slope", "Slope", estimate),
        Column("positive_slope", "Rising", share),
        Column("monotone", "Monotone", share),
        Column("rank_correlation", "Rank correlation", estimate),
        Column("signed_displacement", "Random", estimate),
        Column("absolute_displacement", "Random, size", estimate),
        Column("displacement_ratio", "Size / interaction", estimate),
        Column("signed_displacement_ratio", "Random / interaction", estimate),
        Column("absolute_displacement_ratio", "Size / size", estimate),
        Column("host_norm", "Host norm", estimate),
        Column("host_norm_retention", "Host norm / interaction", estimate),
        EVENTS,
    ),
)


def table_hybrids(
    interpolation: pd.DataFrame,
    labels: Labels,
    signed_permutation: pd.DataFrame | None = None,
    rescaling: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the QUANTITIES of every family and of the mean over families, each with _low and _high, one row each.

    The tables are estimates of these controls; numbers of one that the study does not have are missing.
    """
    estimates = join(interpolation, signed_permutation, rescaling)
    rows = select_arms(estimates, NAME, labels, effect=list({effect for _, _, effect in QUANTITIES.values()}))
    families = scopes(rows, labels)
    found = {name: _of(rows, *key) for name, key in QUANTITIES.items()}
    columns = {
        f"{name}{end}": own[column].reindex(list(families))
        for name, own in found.items()
        for end, column in (("", "value"), ("_low", "low"), ("_high", "high"))
    }
    about = found["interaction"][["level", "n_events"]].reindex(list(families))
    table = pd.DataFrame({"family": pd.Series(families), **columns, **about})
    return table.reset_index(drop=True)


def _of(rows: pd.DataFrame, control: str, arm: str, effect: str) -> pd.DataFrame:
    own = rows[(rows["control"] == control) & (rows["arm"] == arm) & (rows["effect"] == effect)]
    return own.set_index("scope")
