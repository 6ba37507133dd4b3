"""Tables for referees: every family with its standard errors and tests, and the interaction by kind of token."""

from collections.abc import Sequence
from statistics import NormalDist

import pandas as pd

from crosspatch.figures.arm_rows import select_arms
from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Column, TableSpec, estimate, measured, p_value, plain, share
from crosspatch.figures.selection import PRIMARY, select
from crosspatch.figures.selection import scopes as scopes_of
from crosspatch.figures.table_specs import EFFECTS, EVENTS, FAMILY
from crosspatch.figures.tables import families_of, wide_by
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

ERRORS = {"prompt": "error_prompts", "cluster_template": "error_templates"}
"""Column of the standard error by what is resampled."""
TESTS = {"sign": "p_sign", "wilcoxon": "p_wilcoxon"}
COINS = {"independent": "p_swap", "templates": "p_swap_templates"}
TEST_COLUMNS = ["effect", "scope", "subset", "readout", "precision", "test", "p_value"]
ARMS = (
    REFERENCE, "both content", "any format", "same class", "different classes", "assistant marker",
    "no assistant marker", "stop token", "no stop token", "rare tokens", "frequent tokens", "first position",
    "later positions",
)  # fmt: skip

FAMILIES = TableSpec(
    label="families",
    title="Interaction of every family, its standard errors and tests",
    note=(
        "Logits, with {level} intervals over prompts; common tuned readout in float32. Standard errors are half the "
        "interval over its normal quantile, over prompts and over prompt templates. p-values: exact sign test and "
        "Wilcoxon test over prompts (of the mean: over families), and one-sided label swap with a coin for each prompt "
        "and for each template. Shares are ratios of means: interaction / native shift and portable / matched."
    ),
    columns=(
        FAMILY,
        EFFECTS[2],
        Column("error_prompts", "SE (prompts)", plain),
        Column("error_templates", "SE (templates)", plain),
        Column("p_sign", "p (sign)", p_value),
        Column("p_wilcoxon", "p (Wilcoxon)", p_value),
        Column("p_swap", "p (swap, prompts)", p_value),
        Column("p_swap_templates", "p (swap, templates)", p_value),
        Column("interaction_share", "Interaction share", share),
        Column("portable_share", "Portable share", share),
        EVENTS,
    ),
)
TOKENS = TableSpec(
    label="tokens",
    title="Interaction by what the two tokens are",
    note=(
        "Logits, with {level} intervals over prompts; common tuned readout in float32. Retention is the interaction at "
        "these events / at all first divergences. Classes are of single tokens by rule; an arm without interval has "
        "too few events in some family."
    ),
    columns=(
        FAMILY,
        Column("arm", "Events with"),
        EFFECTS[2],
        Column("retention", "Retention", estimate),
        EVENTS,
    ),
    grouped=("family",),
)
SCALES = TableSpec(
    label="scale",
    title="Interaction on other scales",
    note=(
        "{level} intervals over prompts; common tuned readout. Interactions are in the unit of the scale: logits, nats "
        "or probability. Shares are ratios of means and have none: interaction / native shift and portable / matched."
    ),
    columns=(
        FAMILY,
        Column("arm", "Scale"),
        Column("interaction", "Interaction", measured),
        Column("interaction_share", "Interaction share", measured),
        Column("portable_share", "Portable share", measured),
        EVENTS,
    ),
    grouped=("family",),
)
SCALE_ARMS = (REFERENCE, "tuned log odds", "log odds against base", "probability", "two-token probability")


def table_families(effects: pd.DataFrame, tests: pd.DataFrame, swaps: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return one row per family and one for their mean, from the effects, the tests and the label-swap estimates."""
    wanted = ("interaction", "interaction_share", "portable_share")
    rows = select(effects, "table families", labels, effect=wanted, method=list(ERRORS))
    primary = rows[rows["method"] == PRIMARY["method"]].pivot_table("value", "scope", "effect", sort=False)
    own = rows[rows["effect"] == "interaction"]
    main = own[own["method"] == PRIMARY["method"]].set_index("scope")
    table = primary.assign(
        interaction_low=main["low"], interaction_high=main["high"], level=main["level"], n_events=main["n_events"]
    )
    for method, column in ERRORS.items():
        table[column] = _standard_errors(own[own["method"] == method].set_index("scope"))
    table = table.join(_p_values(tests)).join(_swap_p_values(swaps, labels))
    names = pd.Series(scopes_of(rows, labels), name="family")
    return names.to_frame().join(table).reset_index(drop=True)


def table_tokens(estimates: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return interaction and retention of every family and of their mean, by kind of token, all events first."""
    wanted = {"arm": list(ARMS), "effect": ["interaction", "retention"], "method": "prompt"}
    return _by_arm(select_arms(estimates, "table tokens", labels, **wanted), labels, ARMS, "all")


def table_scale(estimates: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return interaction, interaction share and portable share of every family and of their mean, by scale."""
    wanted = {"arm": list(SCALE_ARMS), "effect": ["interaction", "interaction_share", "portable_share"]}
    rows = select_arms(estimates, "table scale", labels, method="prompt", **wanted)
    return _by_arm(rows, labels, SCALE_ARMS, "logits")


def _by_arm(rows: pd.DataFrame, labels: Labels, arms: Sequence[str], reference: str) -> pd.DataFrame:
    """Return one row per family and arm that some family has; `reference` names the pairs' own cells."""
    effects = list(rows["effect"].unique())
    known = [arm for arm in arms if arm in set(rows["arm"])]
    blocks = []
    for scope, family in scopes_of(rows, labels).items():
        own = rows[rows["scope"] == scope]
        wide = wide_by(own, "arm", effects).reindex(known).fillna({"n_events": 0})
        blocks.append(wide.assign(family=families_of(wide, own, "arm", family)).reset_index(names="arm"))
    return pd.concat(blocks, ignore_index=True).replace({"arm": {REFERENCE: reference}})


def _standard_errors(rows: pd.DataFrame) -> pd.Series:
    """Return (high - low) / 2z of intervals of the rows' levels."""
    quantiles = rows["level"].map(lambda level: NormalDist().inv_cdf((1 + level) / 2), na_action="ignore")
    return (rows["high"] - rows["low"]) / 2 / quantiles


def _p_values(tests: pd.DataFrame) -> pd.DataFrame:
    need_columns(tests, TEST_COLUMNS, "table families, tests", "test the effects of this study again (test_effects)")
    keep = tests["effect"] == "interaction"
    for column in ("subset", "readout", "precision"):
        keep &= tests[column] == PRIMARY[column]
    return tests[keep].pivot_table("p_value", "scope", "test")[list(TESTS)].rename(columns=TESTS)


def _swap_p_values(swaps: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    rows = select_arms(swaps, "table families, label_swap", labels, arm=list(COINS), effect="p_upper")
    return rows.pivot_table("value", "scope", "arm")[list(COINS)].rename(columns=COINS)
