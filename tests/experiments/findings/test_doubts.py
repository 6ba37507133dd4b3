"""What could be wrong: what fails comes first, with what each control does not test; published numbers likewise."""

import pandas as pd

from crosspatch.experiments.findings.doubts import (
    coverage_sentence,
    other_answers,
    published_blocks,
    verdict_counts,
    verdict_rows,
    verdicts_sentence,
)
from crosspatch.experiments.findings.pairs import pair_rows
from crosspatch.figures.rendering import NOTHING
from described_studies import scorecard_of, verdicts_of
from finished_tables import comparison_of


def test_questions_stand_in_the_order_in_which_they_hurt():
    rows = verdict_rows(verdicts_of(), {"consistency": "ties", "another": "nothing"})
    assert [row["verdict"] for row in rows] == ["fails", "weakens", "undecided", "holds"]
    assert rows[0]["not_tested"] == "ties"
    assert rows[3]["not_tested"] == ""
    assert (rows[0]["value"], rows[1]["expected"], rows[2]["value"]) == (
        *("0.90 [-0.10, 1.10]", "0 / > 0"),
        NOTHING,
    )


def test_a_control_of_two_words_finds_what_it_does_not_test():
    table = verdicts_of().assign(control="native history")
    assert {row["not_tested"] for row in verdict_rows(table, {"native_history": "chat"})} == {"chat"}


def test_other_answers_are_the_first_of_each_control_whose_claim_is_a_sign():
    table = verdicts_of()
    assert other_answers(table) == []  # the only sign is the headline's
    gap = table.iloc[:2].assign(control="gap matched", if_claim=None, question=["First?", "Second?"])
    value = table.iloc[:1].assign(control="depth")
    (row,) = other_answers(pd.concat([table, value, gap]))
    assert row == {"control": "gap matched", "question": "First?", "verdict": "holds", "value": "0.90 [0.70, 1.10]"}
    assert other_answers(None) == []


def test_verdicts_are_counted_in_words():
    rows = verdict_rows(pd.concat([verdicts_of(), verdicts_of().iloc[:1]]), {})
    assert verdict_counts(rows) == [("fails", 1), ("weakens", 1), ("undecided", 1), ("holds", 2)]
    assert verdicts_sentence(rows) == (
        "Of 5 questions asked of the claims, 1 fails, 1 weakens it, 1 is undecided, 2 hold."
    )
    assert verdicts_sentence(verdict_rows(None, {})) == ""


def test_published_numbers_that_differ_have_rows_and_agreeing_ones_counts():
    differing, agreeing = published_blocks(scorecard_of())
    assert (differing["verdict"], differing["counts"], len(differing["rows"])) == ("differs", "1 row, 1 estimate", 1)
    assert differing["rows"][0]["published"] == "1.68 [1.604, 1.756]"
    assert differing["rows"][0]["measured"] == "1.7 [1.6, 1.8]"
    assert (agreeing["verdict"], agreeing["rows"]) == ("reproduced", [])
    assert published_blocks(None) == []


def test_coverage_counts_the_rules():
    table = comparison_of().fillna({"rule": "not yet"})
    assert coverage_sentence(table) == "A rule regenerates 5 of the 6 published numbers."
    assert coverage_sentence(None) == ""


def test_pairs_have_what_their_tables_say():
    checkpoints = pd.DataFrame([{"family": "A", "base": "a@0123456789", "tuned": "b", "boundary": 2, "blocks": 4}])
    events = pd.DataFrame(
        [{"family": "A", "prompts": 40, "usable": 35, "reasons": "no divergence: 5", "consistent_share": 0.97}]
    )
    (row,) = pair_rows(checkpoints, events)
    assert (row["base"], row["boundary"], row["events"], row["consistent"]) == ("a@01234567", "2 of 4", "35", "97.0%")
    assert pair_rows(None, events)[0]["base"] == ""
    assert pair_rows(None, None) == []
