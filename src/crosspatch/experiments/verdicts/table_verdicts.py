"""Every control's question, the number that answers it, what it would be if the claim were an artefact and if it is
right, and the verdict that follows by rule. A control that fails is reported as failing.
"""

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Column, Row, TableSpec, bounded, count, p_value, plain
from crosspatch.records.verdicts import COLUMNS

SPEC = TableSpec(
    label="verdicts",
    title="What could still be wrong",
    note=(
        "The number of the mean over families that answers each question, with {level} intervals; most are ratios to "
        "the interaction at the first divergences. Fails: the interval reaches what an artefact would give, or lies "
        "beyond. "
        "Weakens: it does not, but the number is nearer to that than to what the claim predicts, or no more than half "
        "of the families are on the claim's side. Families: on that side, of those with such events; the mean is over "
        "these. p: exact sign test over them, of which five cannot give less than 0.0625."
    ),
    columns=(
        Column("control", "Control"),
        Column("question", "Question"),
        Column("arm", "Arm"),
        Column("if_artefact", "If an artefact", plain),
        Column("predicted", "If the claim holds"),
        Column("value", "Measured", bounded),
        Column("families", "Families"),
        Column("p_families", "p", p_value),
        Column("n_events", "Events", count),
        Column("verdict", "Verdict"),
    ),
    grouped=("control",),
)


SIGNS = {"above": ">", "below": "<"}
REMEDY = "judge the controls of this study again (snakemake --forcerun judge_controls)"


def table_verdicts(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the questions with their numbers and how many families are on the claim's side."""
    need_columns(verdicts, COLUMNS, "table verdicts", REMEDY)
    sides = [f"{row.n_on_claims_side}/{row.n_families}" for row in verdicts.itertuples()]
    controls = verdicts["control"].map(control_words)
    predicted = [_predicted(row) for row in verdicts.to_dict("records")]
    return verdicts[[*COLUMNS]].assign(control=controls, predicted=predicted, families=sides).reset_index(drop=True)


def _predicted(row: Row) -> str:
    """Return what the claim predicts: a number, or the side of what an artefact would give."""
    if not pd.isna(row["if_claim"]):
        return plain(row, "if_claim")
    return f"{SIGNS[row['claim_side']]} {plain(row, 'if_artefact')}"


def control_words(name: str) -> str:
    """Return a control as figures and tables print it."""
    return name.replace("_", " ")
