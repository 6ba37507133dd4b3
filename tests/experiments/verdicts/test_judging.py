"""Verdicts of planted controls: each word where its definition says."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.experiments.verdicts.judging import judge
from crosspatch.experiments.verdicts.questions import EXPECTED, Expected, Question, as_questions
from crosspatch.files.schemas import load_schema
from crosspatch.records.verdicts import COLUMNS
from crosspatch.workflow.ideas import all_controls, questions_to
from planted_verdicts import GONE, KEPT, KEPT_INTERACTION, NEGATIVE, PAIRS, POSITIVE, control, effects, reference


def verdict(rows, expected=KEPT, arm="some.*", **asked):
    question = Question("rescaling", "Is it?", arm, "retention", expected, **asked)
    (row,) = judge([question], pd.concat([effects(), reference(), rows]), PAIRS).itertuples()
    return row


@pytest.mark.parametrize(
    ("numbers", "expected", "word"),
    [
        ((0.9, 0.7, 1.1), KEPT, "holds"),
        ((1.6, 1.2, 2.0), KEPT, "holds"),
        ((0.3, 0.1, 0.5), KEPT, "weakens"),
        ((0.3, -0.1, 0.7), KEPT, "fails"),
        ((0.9, 0.0, 1.8), KEPT, "fails"),
        ((-0.5, -0.8, -0.2), KEPT, "fails"),
        ((0.1, -0.1, 0.3), GONE, "holds"),
        ((0.7, 0.5, 0.9), GONE, "weakens"),
        ((0.7, 0.3, 1.1), GONE, "fails"),
        ((-1.3, -1.5, -1.1), GONE, "fails"),
        ((-0.2, -0.4, 0.1), GONE, "holds"),
        ((0.01, 0.001, 0.02), POSITIVE, "holds"),
        ((0.01, -0.001, 0.02), POSITIVE, "fails"),
        ((-0.01, -0.02, -0.001), NEGATIVE, "holds"),
        ((-0.01, -0.02, 0.001), NEGATIVE, "fails"),
        ((0.01, 0.001, 0.02), NEGATIVE, "fails"),
        ((0.9, np.nan, np.nan), KEPT, "undecided"),
    ],
)
def test_each_word_where_its_definition_says(numbers, expected, word):
    assert verdict(control(*numbers), expected).verdict == word


def test_the_position_turns_with_what_is_expected():
    kept, gone = verdict(control(0.25, 0.125, 0.5)), verdict(control(0.25, 0.125, 0.5), GONE)
    assert (kept.position, kept.position_low, kept.position_high) == (0.25, 0.125, 0.5)
    assert (gone.position, gone.position_low, gone.position_high) == (0.75, 0.5, 0.875)
    assert np.isnan(verdict(control(0.25, 0.125, 0.5), POSITIVE).position)


def test_the_claims_side_is_above_or_below_what_an_artefact_would_give():
    rows = control(0.25, 0.125, 0.5)
    assert [verdict(rows, one).claim_side for one in (KEPT, GONE, POSITIVE, NEGATIVE)] == [
        *("above", "below", "above", "below"),
    ]


def test_what_should_vanish_counts_by_its_size():
    row = verdict(control(-0.25, -0.5, 0.125), GONE)
    assert (row.position, row.position_low, row.position_high) == (0.75, 0.5, 1.0)
    row = verdict(control(-0.25, -0.5, -0.125), GONE)
    assert (row.position, row.position_low, row.position_high) == (0.75, 0.5, 0.875)


def test_families_on_the_claims_side_are_counted():
    row = verdict(control(0.5, 0.4, 0.6, families=(0.2, -0.1, 0.9)))
    assert (row.n_families, row.n_on_claims_side) == (3, 1)  # the third keeps .9 of a negative interaction
    row = verdict(control(0.5, 0.4, 0.6, families=(0.2, 1.1, 0.9)), GONE)
    assert (row.n_families, row.n_on_claims_side) == (3, 2)


@pytest.mark.parametrize(
    ("families", "word", "p_value"),
    [
        ((0.02, 0.01, -0.03), "holds", 1.0),
        ((0.05, -0.01, -0.03), "weakens", 1.0),
        ((0.05, -0.01), "weakens", 1.0),
        ((0.05, 0.0, 0.01), "holds", 0.5),
        ((0.05, np.nan), "weakens", 1.0),
    ],
)
def test_a_mean_that_few_families_carry_is_weakened(families, word, p_value):
    row = verdict(control(0.01, 0.001, 0.02, families=families), POSITIVE)
    assert (row.verdict, row.p_families) == (word, p_value)
    assert verdict(control(0.01, -0.001, 0.02, families=families), POSITIVE).verdict == "fails"


def test_a_family_may_have_to_be_there_with_its_whole_interval():
    rows = control(0.5, 0.4, 0.6, families=(0.2, 1.1, 0.9)).assign(low=[0.1, 0.9, 0.7, 0.4], high=[0.3, 1.3, 1.1, 0.6])
    assert verdict(rows, GONE).n_on_claims_side == 2
    by_interval = verdict(rows, GONE, families="interval")
    assert by_interval.n_on_claims_side == 1
    assert np.isnan(by_interval.p_families)


def test_a_family_without_events_is_not_among_the_families():
    rows = control(0.5, 0.4, 0.6, families=(0.2, np.nan, 0.9))
    row = verdict(rows.assign(n_events=[12, 0, 12, 24]))
    assert (row.n_families, row.n_on_claims_side) == (2, 1)


def test_a_mean_without_a_family_is_not_divided_by_the_headline_with_it():
    rows = effects(interaction=1.0, low=0.5, high=1.5, arm="position >= 3").assign(n_pairs=[2, 1, 1, 0])
    rows = rows.assign(n_events=[14, 7, 7, 0])
    question = Question("headline", "Only openings?", "position >= 3", "interaction", KEPT_INTERACTION)
    (row,) = judge([question], pd.concat([effects(), rows]), PAIRS).itertuples()
    assert (row.verdict, row.n_events, row.n_families) == ("undecided", 14, 2)
    assert np.isnan(row.value)


def test_the_only_family_of_a_study_is_judged_in_the_place_of_the_mean():
    rows = control(0.9, 0.7, 1.1).assign(scope="one", n_pairs=1)
    question = Question("rescaling", "Is it?", "some", "retention", KEPT)
    own = pd.concat([effects(), reference()]).query("scope == 'one'")
    (row,) = judge([question], pd.concat([own, rows]), ["one"]).itertuples()
    assert (row.value, row.low, row.n_families, row.n_on_claims_side, row.verdict) == (0.9, 0.7, 1, 1, "holds")


def test_the_last_matching_arm_decides():
    rows = pd.concat([control(0.9, 0.8, 1.0, arm="gap >= 0.1"), control(0.2, 0.1, 0.3, arm="gap >= 0.5")])
    row = verdict(rows, arm="gap >= .*")
    assert (row.arm, row.value, row.verdict) == ("gap >= 0.5", 0.2, "weakens")
    assert verdict(rows, arm="gap >= 0.1").value == 0.9


def test_other_readouts_precisions_and_methods_do_not_decide():
    rows = [control(0.9, 0.8, 1.0, readout=readout, precision=p) for readout, p in
            (("native", "float32"), ("common_tuned", "checkpoint"))]  # fmt: skip
    assert verdict(pd.concat(rows)).verdict == "undecided"
    both = pd.concat([control(0.9, 0.8, 1.0), control(0.2, 0.1, 0.3, method="two_level")])
    assert verdict(both, method="two_level").value == 0.2
    assert verdict(both).value == 0.9


def test_numbers_relative_to_the_headline_are_divided_by_it():
    rows = effects(interaction=1.0, low=0.5, high=1.5, arm="position >= 3", n_events=7)
    question = Question("headline", "Only openings?", "position >= 3", "interaction", KEPT_INTERACTION)
    (row,) = judge([question], pd.concat([effects(), rows]), PAIRS).itertuples()
    assert (row.value, row.low, row.high, row.n_events) == (0.5, 0.25, 0.75, 7)
    assert (row.n_families, row.n_on_claims_side) == (3, 2)  # each by the size of its own; the third's are negative


def test_a_quantity_without_readout_is_taken():
    assert verdict(control(0.9, 0.8, 1.0, readout=None, precision=None)).verdict == "holds"


def test_answers_stand_in_the_order_of_the_questions():
    asked = as_questions(questions_to(["scale", "rescaling"]))
    rows = [effects(), *(control(0.9, 0.8, 1.0, control=name) for name in ("rescaling", "scale"))]
    answers = judge(asked, pd.concat(rows), PAIRS)
    assert answers["control"].tolist() == ["headline"] * 6 + ["scale"] * 3 + ["rescaling"]
    assert list(answers.columns) == list(COLUMNS)
    assert list(judge([], effects(), PAIRS).columns) == list(COLUMNS)


def test_words_and_numbers_say_what_is_expected():
    row = {"control": "depth", "question": "Is it?", "arm": "some", "effect": "retention"}
    word, numbers, side = as_questions(
        [
            row | {"expected": "kept_share", "method": "two_level", "families": "interval"},
            row | {"expected": {"if_artefact": 0.25, "if_claim": 2, "relative_to": "interaction"}},
            row | {"expected": {"if_artefact": 0.5}},
        ]
    )
    assert word == Question(
        "depth", "Is it?", "some", "retention", EXPECTED["kept_share"], "two_level", families="interval"
    )
    assert (numbers.expected, numbers.method) == (Expected(0.25, 2.0, "interaction"), None)
    assert side.expected == Expected(0.5, None)


def test_the_words_are_those_that_ideas_may_write():
    expected = load_schema("idea")["$defs"]["question"]["properties"]["expected"]
    assert list(EXPECTED) == expected["then"]["enum"]


def test_a_control_without_the_number_is_undecided_and_not_left_out():
    row = verdict(control(0.9, 0.8, 1.0), arm="elsewhere")
    assert (row.verdict, row.n_events, row.n_families) == ("undecided", 0, 0)


def test_every_control_is_asked_something_and_the_study_six_questions():
    descriptive = {"distances", "slices", "windows", "same_block"}  # of these the claim predicts nothing
    asked = [question.control for question in as_questions(questions_to(all_controls()))]
    assert set(asked) - {"headline"} == set(all_controls()) - descriptive
    assert asked.count("headline") == 6


def negated(table):
    """Return estimates in which every interaction has the other sign; ratios to it stay what they are."""
    signed = table["effect"].isin(["interaction", "interaction_share"])
    ends = {"value": -table["value"], "low": -table["high"], "high": -table["low"]}
    return table.assign(**{name: end.where(signed, table[name]) for name, end in ends.items()})


def test_a_negative_interaction_says_so_first_and_keeping_it_is_no_support():
    questions = as_questions(questions_to([]))
    rows = pd.concat(
        [effects(), effects(method="two_level"), effects(readout="common_base"), effects(readout="native")]
    )
    rows = pd.concat([rows, effects(precision="checkpoint"), effects(arm="position >= 3")], ignore_index=True)
    kept = Question("rescaling", "Is it?", ".*", "retention", KEPT)
    rows = pd.concat([rows, reference(), control(0.9, 0.7, 1.1, families=(0.9, 0.9, 0.9))], ignore_index=True)
    found = judge([*questions, kept], rows, PAIRS)
    assert found["verdict"].tolist() == ["holds"] * 7
    other = judge([*questions, kept], negated(rows), PAIRS)
    assert other["verdict"].tolist() == ["fails"] * 7
    assert other.loc[0, ["value", "n_on_claims_side"]].tolist() == [-2.0, 1]
    assert found["n_on_claims_side"].tolist() == [2] * 7


def test_an_interval_has_its_lower_end_first_whatever_the_sign_of_the_interaction():
    rows = pd.concat([reference(-2.0), control(0.5, 0.25, 1.0)])
    (row,) = judge([Question("rescaling", "Is it?", ".*", "retention", KEPT)], rows, PAIRS).itertuples()
    assert (row.value, row.low, row.high) == (-0.5, -1.0, -0.25)


def test_what_is_kept_has_the_sign_of_its_own_reference_not_of_all_first_divergences():
    asked = Question("rescaling", "Is it?", ".*", "retention", KEPT)
    (row,) = judge([asked], pd.concat([effects(2.0), reference(-1.0), control(0.5, 0.25, 1.0)]), PAIRS).itertuples()
    assert (row.value, row.verdict) == (-0.5, "fails")  # only later divergences made the headline positive
    both = [effects(), reference(-1.0), reference(3.0, readout="native"), control(0.75, 0.5, 1.0, readout="native")]
    asked = Question("rescaling", "Is it?", ".*", "retention", KEPT, readout="native")
    (row,) = judge([asked], pd.concat(both), PAIRS).itertuples()
    assert (row.value, row.verdict) == (0.75, "holds")


def test_the_widest_interval_decides():
    first = as_questions(questions_to([]))[0]
    wide = effects(low=-0.5, high=4.0, method="cluster_tokens")
    (row,) = judge([first], pd.concat([effects(), wide, effects(method="cluster_template")]), PAIRS).itertuples()
    assert (row.value, row.low, row.high, row.verdict) == (2.0, -0.5, 4.0, "fails")
    wide = control(0.9, -0.1, 1.9, method="cluster_tokens")
    assert verdict(pd.concat([control(0.9, 0.7, 1.1), wide])).verdict == "fails"


def test_a_question_may_be_of_another_readout_or_precision():
    rows = pd.concat(
        [effects(), effects(4.0, 3.0, 5.0, readout="native"), effects(1.0, 0.5, 1.5, precision="checkpoint")]
    )
    asked = {"readout": "native"}, {"precision": "checkpoint"}
    questions = [Question("headline", "Is it?", "all", "interaction", KEPT_INTERACTION, **one) for one in asked]
    found = judge(questions, rows, PAIRS)
    assert found[["value", "low", "high"]].to_numpy().tolist() == [[2.0, 1.5, 2.5], [0.5, 0.25, 0.75]]
