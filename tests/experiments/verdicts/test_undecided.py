"""Questions that have no answer: ratios to an interaction that may be zero."""

import pandas as pd
import pytest

from crosspatch.experiments.verdicts.judging import judge
from crosspatch.experiments.verdicts.questions import Question
from planted_verdicts import ALL, GONE, KEPT, KEPT_INTERACTION, PAIRS, POSITIVE, control, effects, reference


@pytest.mark.parametrize("expected", [KEPT, GONE, KEPT_INTERACTION])
@pytest.mark.parametrize(
    ("low", "high", "word"), [(-0.1, 4.1, "undecided"), (0.0, 4.0, "undecided"), (0.1, 3.9, "holds")]
)
def test_what_is_kept_of_an_interaction_that_may_be_zero_is_undecided(low, high, word, expected):
    value = 0.05 if expected is GONE else 1.9 if expected is KEPT_INTERACTION else 0.9
    rows = control(value, value - 0.02, value + 0.02)
    headline = [effects(), effects(method="cluster_tokens", low=low, high=high), reference()]
    (row,) = judge(
        [Question("rescaling", "Is it?", ".*", "retention", expected)], pd.concat([*headline, rows]), PAIRS
    ).itertuples()
    assert row.verdict == word


def test_signs_and_shares_are_judged_though_the_interaction_may_be_zero():
    headline = effects(low=-0.5, high=4.5)
    asked = [
        Question("headline", "Zero?", "all", "interaction", POSITIVE),
        Question("rescaling", "All?", ".*", "retention", ALL),
    ]
    rows = judge(asked, pd.concat([headline, control(0.9, 0.8, 1.0)]), PAIRS)
    assert list(rows["verdict"]) == ["fails", "holds"]
