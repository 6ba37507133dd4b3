"""What the page says of behaviour follows from the row within kinds of the mean, or of the only family."""

import pandas as pd
import pytest

from crosspatch.experiments.findings.bridge import behaviour_sentences
from crosspatch.records.arms import WITHIN_KINDS


def behaviour(*numbers):
    """A row for a family that is not the mean, then two for the mean."""
    rows = [("One 4B", WITHIN_KINDS, (0.9, 0.8, 1.0)), ("Mean of 2 families", "all answers", (0.8, 0.7, 0.9))]
    rows += [("Mean of 2 families", WITHIN_KINDS, numbers), ("Mean of 2 families", "category facts", (1, 1, 1))]
    names = ("answer_correlation", "answer_correlation_low", "answer_correlation_high")
    return pd.DataFrame([{"family": one, "arm": arm, **dict(zip(names, own, strict=True))} for one, arm, own in rows])


@pytest.mark.parametrize(
    ("numbers", "start", "end"),
    [
        (
            (0.3, 0.1, 0.5),
            "The tuned checkpoint alone answers as expected more often",
            "0.30; from 0.10 to 0.50",
        ),
        (
            (-0.3, -0.5, -0.1),
            "The tuned checkpoint alone answers as expected less often",
            "-0.30; from -0.50 to -0.10",
        ),
        (
            (0.1, -0.1, 0.3),
            "The interaction of a prompt does not tell",
            "0.10; from -0.10 to 0.30",
        ),
        ((0.1, None, None), "The interaction of a prompt does not tell", "0.10, without an interval"),
    ],
)
def test_the_sentence_says_the_sign_by_the_widest_interval(numbers, start, end):
    (sentence,) = behaviour_sentences(behaviour(*numbers))
    assert sentence.startswith(start)
    assert sentence.endswith(f"{end.replace('; from', ', with a widest interval from')} (mean of 2 families).")


def test_without_differing_answers_nothing_is_said_and_without_the_table_there_is_no_sentence():
    (sentence,) = behaviour_sentences(behaviour(None, None, None))
    assert "cannot be said" in sentence
    assert behaviour_sentences(None) == []
