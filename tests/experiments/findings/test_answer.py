"""The answer: what its sentences say follows from the numbers drawn, and the sign is told by the widest interval."""

import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.findings.answer import (
    answer,
    families_sentence,
    family_rows,
    floor_sentences,
    headline_numbers,
    resampled_rows,
)
from described_studies import drawn_of

PROMPT, TOKENS = "prompt", "cluster_tokens"


def drawn(interaction, widest, *, families=((0.5, 0.1, 0.9), (-0.2, -0.4, 0.1))):
    """Numbers drawn for a mean with this interaction over prompts and over token pairs, and for families."""
    words = {"arm": "all", "level": 0.95, "n_events": 64, "n_pairs": 2, "label": "Mean of 2 families"}
    mean = {**words, "panel": "A", "scope": "balanced"}
    numbers = [("portable", PROMPT, (1, 0.9, 1.1)), ("matched", PROMPT, (1.7, 1.6, 1.8))]
    numbers += [("interaction", PROMPT, interaction), ("interaction", TOKENS, widest)]
    rows = [{**mean, "effect": effect, "method": method, "numbers": three} for effect, method, three in numbers]
    of_family = {**words, "panel": "B", "effect": "interaction", "method": PROMPT, "n_pairs": 1}
    rows += [{**of_family, "scope": f"f{place}", "numbers": three} for place, three in enumerate(families)]
    table = pd.DataFrame(rows)
    table[["value", "low", "high"]] = table.pop("numbers").to_list()
    return table


@pytest.mark.parametrize(
    ("widest", "start", "end"),
    [
        ((0.7, 0.2, 1.2), "Part of the late effect needs the tuned upstream: an", "from 0.20 to 1.20."),
        ((0.7, -0.1, 1.5), "The study does not tell the interaction from zero: 0.70", "from -0.10 to 1.50."),
        ((0.7, 0.0, 1.5), "The study does not tell the interaction from zero: 0.70", "from 0.00 to 1.50."),
        ((-0.7, -1.5, -0.1), "The interaction is negative, against the claim: -0.70", "from -1.50 to -0.10."),
        ((-0.7, -1.5, 0.3), "The study does not tell the interaction from zero: -0.70", "from -1.50 to 0.30."),
    ],
)
def test_the_first_sentence_says_the_sign_by_the_widest_interval(widest, start, end):
    lead, moves = answer(drawn((widest[0], widest[0] - 0.05, widest[0] + 0.05), widest))
    assert lead.startswith(start)
    assert lead.endswith(end)
    assert "95% interval, over token pairs, reaches" in lead
    assert moves == (
        "The late layers move the margin by 1.00 logits from the base upstream and by 1.70 from the tuned one "
        "(mean of 2 families, 64 events)."
    )


def test_null_pairs_are_said_with_their_widest_intervals_and_are_no_families():
    table = drawn((0.7, 0.65, 0.75), (0.7, 0.2, 1.2))
    nulls = {"panel": "floor", "effect": "interaction", "method": [TOKENS, PROMPT], "label": ["two seeds", "a twin"]}
    floor = pd.DataFrame({**nulls, "value": [-0.1, 0.01], "low": [-0.52, -0.03], "high": [0.3, 0.05]})
    both = pd.concat([table, floor], ignore_index=True)
    (sentence,) = floor_sentences(both)
    assert sentence.endswith("is -0.10 [-0.52, 0.30] logits for two seeds; 0.010 [-0.030, 0.050] logits for a twin.")
    assert floor_sentences(table) == []
    assert families_sentence(both) == families_sentence(table)
    assert answer(both) == answer(table)


def test_an_interval_over_prompts_that_is_the_wider_one_decides():
    assert "over prompts, reaches from 0.10 to 1.30" in answer(drawn((0.7, 0.1, 1.3), (0.7, 0.6, 0.8)))[0]


def test_an_interaction_without_an_interval_says_so():
    table = drawn((0.7, None, None), (0.7, None, None))
    assert answer(table)[0] == "The interaction is 0.70 logits, without an interval."
    assert [one["intervals"] for one in headline_numbers(table)][2] == []


def test_numbers_are_those_drawn_with_a_line_for_each_interval():
    portable, matched, interaction = headline_numbers(drawn((0.7, 0.5, 0.9), (0.7, 0.2, 1.2)))
    assert (portable["value"], matched["value"], interaction["value"]) == ("1.00", "1.70", "0.70")
    assert interaction["intervals"] == ["0.50 to 0.90 over prompts", "0.20 to 1.20 over token pairs"]


def test_families_are_counted_without_their_mean():
    assert families_sentence(drawn((1, 0, 2), (1, 0, 2))) == (
        "It is above zero in 1 of 2 families, and with the widest interval in 1."
    )


@pytest.mark.parametrize("count", [1, 2, 5])
def test_rows_are_those_of_the_figure(count):
    table = drawn_of(count)
    rows = family_rows(table)
    assert len(rows) == len(table.loc[table["panel"] == "B", "scope"].unique())
    own = table[(table["panel"] == "B") & (table["method"] == PROMPT) & (table["arm"] == "all")]
    assert rows[0]["prompts"].startswith(f"{own['value'].iloc[0]:.2f} [")
    assert rows[0]["position"] == "≥3"
    assert families_sentence(table).startswith(f"It is above zero in {count} of {count} famil")


def test_without_the_table_of_the_mean_there_are_no_rows_of_it():
    assert resampled_rows(None) == []
    balanced = pd.DataFrame(
        [{"resampled": "prompts", "interaction": 1.0, "interaction_low": 0.5, "interaction_high": 2}]
    )
    assert resampled_rows(balanced) == [{"over": "prompts", "interaction": "1.00 [0.50, 2.00]"}]


def test_numbers_that_are_not_of_the_figure_are_refused():
    with pytest.raises(
        TableError, match=r"findings: the table lacks the columns \['panel'\]; draw the headline figure"
    ):
        answer(drawn((1, 0, 2), (1, 0, 2)).drop(columns="panel"))
