"""The interaction of every family with its standard errors over prompts, prompt templates and token pairs, exact sign
test, Wilcoxon test, and label swaps with a coin for each prompt, template and pair of tokens; the p-values of the
mean are over families, of which five cannot give less than 0.0625 in the first two tests. Shares say how large the
interaction is beside the native shift, and the portable effect beside the matched one, whatever the scale of the
logits.
"""

from statistics import NormalDist

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Column, TableSpec, p_value, plain, share
from crosspatch.figures.rows import scopes as scopes_of
from crosspatch.figures.rows import select, select_arms
from crosspatch.figures.tables import EFFECTS, EVENTS, FAMILY
from crosspatch.figures.words import Labels
from crosspatch.records.estimates import PROMPT

ERRORS = {PROMPT: "error_prompts", "cluster_template": "error_templates", "cluster_tokens": "error_tokens"}
"""Column of the standard error by what is resampled."""

TESTS = {"sign": "p_sign", "wilcoxon": "p_wilcoxon"}

COINS = {"independent": "p_swap", "templates": "p_swap_templates", "token pairs": "p_swap_tokens"}

REMEDY = "test the effects of this study again (snakemake --forcerun compare_with_zero)"
TEST_COLUMNS = ["effect", "scope", "arm", "readout", "precision", "test", "p_value"]

SPEC = TableSpec(
    label="families",
    title="Interaction of every family, its standard errors and tests",
    note=(
        "Logits, with {level} intervals over prompts; common tuned readout in float32. Standard errors are half the "
        "interval over its normal quantile, over prompts, templates and token pairs. p-values: exact sign test and "
        "Wilcoxon test over prompts (of the mean: over families), and one-sided label swap with a coin for each "
        "prompt, template and pair of tokens. Shares are ratios of means: interaction / native shift and portable / "
        "matched."
    ),
    columns=(
        FAMILY,
        EFFECTS[2],
        Column("error_prompts", "SE (prompts)", plain),
        Column("error_templates", "SE (templates)", plain),
        Column("error_tokens", "SE (token pairs)", plain),
        Column("p_sign", "p (sign)", p_value),
        Column("p_wilcoxon", "p (Wilcoxon)", p_value),
        Column("p_swap", "p (swap, prompts)", p_value),
        Column("p_swap_templates", "p (swap, templates)", p_value),
        Column("p_swap_tokens", "p (swap, token pairs)", p_value),
        Column("interaction_share", "Interaction share", share),
        Column("portable_share", "Portable share", share),
        EVENTS,
    ),
)


def table_families(
    effects: pd.DataFrame, tests: pd.DataFrame, label_swap: pd.DataFrame, labels: Labels
) -> pd.DataFrame:
    """Return one row per family and one for their mean, from the effects, the tests and the label-swap estimates."""
    wanted = ("interaction", "interaction_share", "portable_share")
    rows = select(effects, "table families", labels, effect=wanted, method=list(ERRORS))
    primary = rows[rows["method"] == PROMPT].pivot_table("value", "scope", "effect", sort=False)
    own = rows[rows["effect"] == "interaction"]
    main = own[own["method"] == PROMPT].set_index("scope")
    table = primary.assign(
        interaction_low=main["low"], interaction_high=main["high"], level=main["level"], n_events=main["n_events"]
    )
    for method, column in ERRORS.items():
        table[column] = _standard_errors(own[own["method"] == method].set_index("scope"))
    table = table.join(_p_values(tests)).join(_swap_p_values(label_swap, labels))
    names = pd.Series(scopes_of(rows, labels), name="family")
    return names.to_frame().join(table).reset_index(drop=True)


def _standard_errors(rows: pd.DataFrame) -> pd.Series:
    """Return (high - low) / 2z of intervals of the rows' levels."""
    quantiles = rows["level"].map(lambda level: NormalDist().inv_cdf((1 + level) / 2), na_action="ignore")
    return (rows["high"] - rows["low"]) / 2 / quantiles


def _p_values(tests: pd.DataFrame) -> pd.DataFrame:
    need_columns(tests, TEST_COLUMNS, "table families, tests", REMEDY)
    keep = tests["effect"] == "interaction"
    for column, value in {"arm": "all", "readout": "common_tuned", "precision": "float32"}.items():
        keep &= tests[column] == value
    return tests[keep].pivot_table("p_value", "scope", "test")[list(TESTS)].rename(columns=TESTS)


def _swap_p_values(swaps: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    rows = select_arms(swaps, "table families, label_swap", labels, arm=list(COINS), effect="p_upper")
    return rows.pivot_table("value", "scope", "arm")[list(COINS)].rename(columns=COINS)
