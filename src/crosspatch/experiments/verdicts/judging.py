"""What the controls say: each question's number between what an artefact would give and what the claim predicts."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.experiments.verdicts.questions import Expected, Question
from crosspatch.records.arms import REFERENCE
from crosspatch.records.estimates import HEADLINE, PROMPT, widest
from crosspatch.records.verdicts import COLUMNS, FAILS, HOLDS, UNDECIDED, WEAKENS
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.signs import sign_test

NEARER: Final = 0.5
"""Position halfway between what an artefact would give (0) and what the claim predicts (1)."""


def judge(questions: Iterable[Question], estimates: pd.DataFrame, pairs: Sequence[str]) -> pd.DataFrame:
    """Return the `verdicts` of the questions, in their order.

    estimates: of the headline and of all controls that are asked; pairs: those of the mean, or the only one, which is
    judged in its place. An interval is the widest over prompts and over clusters of them, unless the question names
    another. The verdict is

    - `fails`, if the interval of the mean reaches what an artefact would give, or lies beyond (a number that should
      vanish counts by its size: one as large as an artefact's and of the other sign has not vanished);
    - `weakens`, if it does not, but the estimate is nearer to that than to what the claim predicts, or the claim has no
      more than half of the families on its side, which then carry the mean;
    - `holds`, otherwise; `undecided`, if there is no such estimate or it has no interval, or if it is a ratio to the
      interaction and the widest interval of that holds zero: there may be nothing to keep, or to lose.
    """
    scope = BALANCED if len(pairs) > 1 else pairs[0]
    settled = _is_settled(estimates, scope)
    answers = [
        _answer(one, _numbers(one, estimates), pairs, scope)
        | ({} if settled or not one.expected.of_interaction else {"verdict": UNDECIDED})
        for one in questions
    ]
    return pd.DataFrame(answers, columns=list(COLUMNS))


def _of_margin(rows: pd.DataFrame, readout: str, precision: str) -> pd.DataFrame:
    """Return the rows of one margin, or of none, in scopes with an event."""
    keep = rows["readout"].isna() | (rows["readout"] == readout)
    keep &= rows["precision"].isna() | (rows["precision"] == precision)
    own: pd.DataFrame = rows[keep & (rows["n_events"] > 0)]
    return own


def _numbers(question: Question, estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of the question's effect by scope in the arm that decides, as they are compared.

    Those relative to an effect at all first divergences are divided by its size, so that they keep their sign. Ratios
    to the interaction of the control's reference that should stay get its sign back: it holds the first divergences
    among the tokens that the control uses. A mean that some families do not have is not divided by one that they are
    in; it is missing.
    """
    rows = _of_margin(estimates[estimates["control"] == question.control], question.readout, question.precision)
    rows = rows[(rows["effect"] == question.effect) & rows["arm"].str.fullmatch(question.arm)]
    rows = _by_method(rows[rows["arm"].isin(rows["arm"].unique()[-1:])], question.method).set_index("scope")
    expected = question.expected
    if expected.relative_to is not None:
        headline = _headline(estimates, expected.relative_to).reindex(rows.index)
        factor = 1 / headline["value"].abs().where(headline["n_pairs"] == rows["n_pairs"])
    elif expected.is_kept:
        factor = np.sign(_reference(estimates, question)["value"].reindex(rows.index))
    else:
        return rows
    scaled = rows[["value", "low", "high"]].mul(factor, axis=0)
    ends = scaled[["low", "high"]]  # which change places with the sign
    return rows.assign(value=scaled["value"], low=ends.min(axis=1, skipna=False), high=ends.max(axis=1, skipna=False))


def _by_method(rows: pd.DataFrame, method: str | None) -> pd.DataFrame:
    """Return one row per scope: its estimate by a method, or by the widest of its own where it has none or none is
    named (single families have no intervals over families).
    """
    asked = rows["method"] == method
    others = rows[~asked & ~rows["scope"].isin(rows.loc[asked, "scope"])]
    return pd.concat([rows[asked], widest(others)], ignore_index=True)


def _reference(estimates: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return by scope the interaction that the question's ratios are of."""
    rows = _of_margin(estimates[estimates["control"] == question.control], question.readout, question.precision)
    return _by_prompts(rows, "interaction", REFERENCE)


def _headline(estimates: pd.DataFrame, effect: str) -> pd.DataFrame:
    """Return by scope an effect of the primary margin at all first divergences."""
    rows = _of_margin(estimates[estimates["control"] == HEADLINE], "common_tuned", "float32")
    return _by_prompts(rows, effect, "all")


def _by_prompts(rows: pd.DataFrame, effect: str, arm: str) -> pd.DataFrame:
    own = rows[(rows["effect"] == effect) & (rows["arm"] == arm) & (rows["method"] == PROMPT)]
    return own.set_index("scope")


def _is_settled(estimates: pd.DataFrame, scope: str) -> bool:
    """Return whether the widest interval of the interaction at all first divergences leaves zero out."""
    rows = _of_margin(estimates[estimates["control"] == HEADLINE], "common_tuned", "float32")
    rows = rows[(rows["effect"] == "interaction") & (rows["arm"] == "all") & (rows["scope"] == scope)]
    found = widest(rows)
    return bool(((found["low"] > 0) | (found["high"] < 0)).any())


def _answer(question: Question, rows: pd.DataFrame, pairs: Sequence[str], scope: str) -> dict[str, Any]:
    expected = question.expected
    families = rows[rows.index.isin(pairs)]
    sides = np.array([_side(question, row) for row in families.itertuples()], dtype=np.float64)
    known = {
        "control": question.control,
        "question": question.question,
        "effect": question.effect,
        "if_artefact": expected.if_artefact,
        "if_claim": expected.if_claim,
        "claim_side": expected.side,
        "n_families": len(families),
        "n_on_claims_side": int((sides > 0).sum()),
        "p_families": _p_value(sides) if question.families == "value" else np.nan,
    }
    if scope not in rows.index:
        return known | {"n_events": 0, "verdict": UNDECIDED}
    row = rows.loc[scope].to_dict()
    measured = {name: row[name] for name in ("arm", "value", "low", "high", "level", "n_events")}
    value, low, high = _placed(expected, *(float(row[name]) for name in ("value", "low", "high")))
    placed = {} if expected.if_claim is None else {"position": value, "position_low": low, "position_high": high}
    return known | measured | placed | {"verdict": _verdict(value, low, expected, sides)}


def _p_value(sides: Float[np.ndarray, " family"]) -> float:
    return sign_test(sides[np.isfinite(sides) & (sides != 0)])[1]


def _side(question: Question, family: Any) -> float:  # noqa: ANN401 - a row of estimates
    """Return how far a family is on the claim's side, by its value or by the nearer end of its interval."""
    value, low, _ = _placed(question.expected, float(family.value), float(family.low), float(family.high))
    return {"value": value, "interval": low}[question.families]


def _placed(expected: Expected, value: float, low: float, high: float) -> tuple[float, float, float]:
    """Return the positions of a value and of the ends of its interval, the lower one first."""
    ends = [_position(expected, end) for end in (low, high)]
    crosses_zero = [_position(expected, 0.0)] if expected.if_claim == 0 and low < 0 < high else []
    return _position(expected, value), min(ends), max(ends + crosses_zero)


def _position(expected: Expected, value: float) -> float:
    """Return where a value stands between what an artefact would give, 0, and what the claim predicts, 1; where the
    claim predicts no value, how far it is from the former. What should vanish has its size for a value.
    """
    if expected.if_claim == 0:
        return 1 - abs(value) / expected.if_artefact
    sign = -1.0 if expected.is_below else 1.0
    span = sign if expected.if_claim is None else expected.if_claim - expected.if_artefact
    return (value - expected.if_artefact) / span


def _verdict(value: float, low: float, expected: Expected, sides: Float[np.ndarray, " family"]) -> str:
    if not np.isfinite([value, low]).all():
        return UNDECIDED
    if low <= 0:
        return FAILS
    is_nearer_artefact = expected.if_claim is not None and value <= NEARER
    is_carried_by_few = 0 < len(sides) >= 2 * (sides > 0).sum()
    return WEAKENS if is_nearer_artefact or is_carried_by_few else HOLDS
