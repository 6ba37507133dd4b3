"""How interactions and answers go together: correlations with intervals, their null by permutation, and means."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.stats import rankdata

from crosspatch.errors import MeasurementError
from crosspatch.experiments.behaviour.names import ALL, OUTCOMES, of_category, of_validator
from crosspatch.measures.effects import quotient
from crosspatch.records.arms import WITHIN_CATEGORIES, WITHIN_KINDS
from crosspatch.records.estimates import COLUMNS, PERMUTATION
from crosspatch.statistics.joint_sums import resamplings
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.nulls import Null, null_rows
from crosspatch.statistics.plan import Plan

VIEW: Final = ("common_tuned", "float32")
"""Readout and precision of the interaction."""
FEWEST: Final = 3
"""Graded prompts from which on a correlation says anything."""
_ALIKE: Final = 1e-9
"""Share of a second moment below which a variance counts as rounding."""
Answers = Mapping[str, pd.DataFrame]
Clusters = Mapping[str, pd.DataFrame]
_STRATA: Final[Mapping[str, Callable[[pd.DataFrame], pd.Series]]] = {
    ALL: lambda answers: pd.Series(ALL, index=answers.index),
    WITHIN_CATEGORIES: lambda answers: answers["category"],
    WITHIN_KINDS: lambda answers: answers["category"] + " " + answers["validator"],
}
"""What prompts are compared within; in other arms all prompts are, and permuted within categories."""
Columns = tuple[Float[np.ndarray, " prompt"], Float[np.ndarray, " prompt"]]


def relate(answers: Answers, clusters: Clusters, balanced: Sequence[str], plan: Plan) -> pd.DataFrame:
    """Return the `estimates` rows of how interactions go with answers, of each pair and of the mean over `balanced`.

    answers: the `answers` of each pair; clusters: of each pair's prompts, as `clusters_of` names them. Effects are
    Pearson's correlation of a prompt's interaction with its difference of answers (tuned less base; 1, 0 or -1), with
    its size (`change_correlation`), and of their ranks among the pair's prompts. Beside the first stands its null, with
    differences of answers permuted among prompts of one category (or kind), for all pairs alike; and the mean
    interaction by who gives the expected answer. A pair with fewer than FEWEST graded prompts has no correlation; one
    whose answers do not differ has a missing one. MeasurementError if no pair has as many.
    """
    if all(len(own) < FEWEST for own in answers.values()):
        raise MeasurementError(
            f"control {plan.control!r}: none of {list(answers)} has {FEWEST} prompts with an event whose answers are "
            "graded; say what the prompts expect (docs/adding.md), or leave the control out"
        )
    rows = [row for arm, own in _arms(answers) for row in _correlations(arm, own, clusters, balanced, plan)]
    rows += [row for own in _outcomes(answers) for row in _means(*own, clusters, balanced, plan)]
    estimates = pd.DataFrame(rows).assign(control=plan.control, readout=VIEW[0], precision=VIEW[1])
    parts = [estimates[list(COLUMNS)], *_nulls(answers, balanced, plan)]
    return pd.concat(parts, ignore_index=True).astype({"n_clusters": "Int64", "draws": "Int64"})


def correlation(sums: Float[np.ndarray, "draw stratum 6"]) -> Float[np.ndarray, " draw"]:
    """Return Pearson's correlation within strata of sums of `products`; NaN where a column has one value only.

    Each stratum has its own means; with all prompts in one it is the plain correlation.
    """
    number, one, other, *squares = np.moveaxis(sums, -1, 0)
    means = [quotient(one * one, number), quotient(other * other, number), quotient(one * other, number)]
    centred = [np.nansum(square - mean, axis=-1) for square, mean in zip(squares, means, strict=True)]
    varies = [own > _ALIKE * square.sum(-1) for own, square in zip(centred[:2], squares[:2], strict=True)]
    size = np.sqrt(np.where(varies[0] & varies[1], centred[0] * centred[1], 0.0))
    return quotient(centred[2], size)


def products(columns: Columns) -> Float[np.ndarray, "prompt 6"]:
    """Return of each prompt 1, both numbers, both squares and the product: what correlations need the sums of."""
    one, other = columns
    return np.stack([np.ones_like(one), one, other, one * one, other * other, one * other], axis=-1)


def columns_of(answers: pd.DataFrame) -> dict[str, Columns]:
    """Return by effect the two columns of a pair that are related."""
    interaction = answers["interaction"].to_numpy(dtype=np.float64)
    difference = answers["tuned_passed"].to_numpy(dtype=np.float64) - answers["base_passed"].to_numpy(dtype=np.float64)
    return {
        "answer_correlation": (interaction, difference),
        "answer_rank_correlation": (rankdata(interaction), rankdata(difference)),
        "change_correlation": (interaction, np.abs(difference)),
    }


def _arms(answers: Answers) -> Iterator[tuple[str, Answers]]:
    whole = pd.concat(answers.values())
    yield ALL, answers
    yield WITHIN_CATEGORIES, answers
    yield WITHIN_KINDS, answers
    for category, some in whole.groupby("category"):
        of_one = {pair: own[own["category"] == category] for pair, own in answers.items()}
        yield of_category(str(category)), of_one
        validators = sorted(set(some["validator"]))
        for validator in validators if len(validators) > 1 else ():
            graded = {pair: own[own["validator"] == validator] for pair, own in of_one.items()}
            yield of_validator(str(category), validator), graded


def _correlations(
    arm: str, answers: Answers, clusters: Clusters, balanced: Sequence[str], plan: Plan
) -> Iterator[dict[str, Any]]:
    known = {pair: own for pair, own in answers.items() if len(own) >= FEWEST}
    prompts = {pair: pd.Index(own["prompt_id"]) for pair, own in known.items()}
    columns = {pair: columns_of(own) for pair, own in known.items()}
    for one in resamplings(prompts, clusters, plan, arm) if known else ():
        for effect in columns[next(iter(known))]:
            drawn = {
                pair: correlation(one.sums(pair, _by_stratum(products(columns[pair][effect]), own, arm)))
                for pair, own in known.items()
            }
            yield from ({"arm": arm, "effect": effect} | row for row in one.rows(drawn, balanced))


def _by_stratum(
    values: Float[np.ndarray, "prompt 6"], answers: pd.DataFrame, arm: str
) -> Float[np.ndarray, "prompt stratum 6"]:
    """Return the values at the place of each prompt's stratum in an arm."""
    codes, labels = pd.factorize(_STRATA.get(arm, _STRATA[ALL])(answers))
    found = np.zeros((len(values), len(labels), values.shape[-1]))
    found[np.arange(len(values)), codes] = values
    return found


def _outcomes(answers: Answers) -> Iterator[tuple[str, Answers]]:
    for (base, tuned), outcome in OUTCOMES.items():
        own = {
            pair: some[(some["base_passed"] == base) & (some["tuned_passed"] == tuned)]
            for pair, some in answers.items()
        }
        yield outcome, {pair: some for pair, some in own.items() if len(some)}


def _means(
    outcome: str, answers: Answers, clusters: Clusters, balanced: Sequence[str], plan: Plan
) -> Iterator[dict[str, Any]]:
    prompts = {pair: pd.Index(own["prompt_id"]) for pair, own in answers.items()}
    for one in resamplings(prompts, clusters, plan, outcome) if answers else ():
        sums = {pair: one.sums(pair, _counted(own["interaction"])) for pair, own in answers.items()}
        drawn = {pair: quotient(own[:, 1], own[:, 0]) for pair, own in sums.items()}
        yield from ({"arm": outcome, "effect": "interaction"} | row for row in one.rows(drawn, balanced))


def _counted(values: pd.Series) -> Float[np.ndarray, "prompt 2"]:
    own = values.to_numpy(dtype=np.float64)
    return np.stack([np.ones_like(own), own], axis=-1)


def _nulls(answers: Answers, balanced: Sequence[str], plan: Plan) -> Iterator[pd.DataFrame]:
    known = {pair: own for pair, own in answers.items() if len(own) >= FEWEST}
    prompts = pd.Index(sorted(set().union(*(own["prompt_id"] for own in known.values()))))
    seed = plan.seed_of("permuted answers", PERMUTATION)
    keys = np.random.default_rng(seed).random((plan.draws, len(prompts)))
    own_keys = {pair: keys[:, prompts.get_indexer(own["prompt_id"])] for pair, own in known.items()}
    for arm in (ALL, WITHIN_CATEGORIES, WITHIN_KINDS):
        drawn = {pair: permuted(own, arm, own_keys[pair]) for pair, own in known.items()}
        counted = {pair: own for pair, own in drawn.items() if np.isfinite(own[0])}
        scopes = {pair: [pair] for pair in counted} | {BALANCED: [pair for pair in balanced if pair in counted]}
        for scope, pairs in scopes.items():
            if pairs:
                values = np.mean([counted[pair] for pair in pairs], axis=0)[:, np.newaxis]
                about = _about(arm, scope, [known[pair] for pair in pairs]) | {"control": plan.control, "seed": seed}
                yield null_rows(Null(values[1:], values[:1], (VIEW,), about), plan.level)


def permuted(
    answers: pd.DataFrame, arm: str, keys: Float[np.ndarray, "draw prompt"]
) -> Float[np.ndarray, " observed_and_draw"]:
    """Return one pair's correlation in an arm as it is, then with differences of answers in the order of a draw's keys
    among the prompts of a category.
    """
    one, other = columns_of(answers)["answer_correlation"]
    sums = _by_stratum(products((one, other)), answers, arm).sum(axis=0)
    codes, _ = pd.factorize(_STRATA[WITHIN_CATEGORIES if arm == ALL else arm](answers))
    inside = np.argsort(codes, kind="stable")
    found = np.repeat(sums[np.newaxis], len(keys) + 1, axis=0)
    for draw, own in enumerate(keys, start=1):
        found[draw, 0, -1] += one[inside] @ other[np.lexsort((own, codes))] - one @ other
    return correlation(found)


def _about(arm: str, scope: str, answers: Sequence[pd.DataFrame]) -> dict[str, Any]:
    return {
        "arm": arm,
        "scope": scope,
        "method": PERMUTATION,
        "n_events": sum(map(len, answers)),
        "n_prompts": len(set().union(*(own["prompt_id"] for own in answers))),
        "n_pairs": len(answers),
    }
