"""The figure and the table of verdicts: every number where it belongs, none left out of the table."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.verdicts.draw_verdicts import draw_verdicts
from crosspatch.experiments.verdicts.table_verdicts import SPEC, table_verdicts
from crosspatch.figures.rendering import render
from crosspatch.figures.style import styled

LONG = "Was it decided before the late blocks?"


def row(control, question, position, verdict, **other):
    usual = {
        "control": control, "question": question, "arm": "host norm", "effect": "retention", "if_artefact": 0.0,
        "if_claim": 1.0, "claim_side": "above", "value": position, "low": position - 0.2, "high": position + 0.2,
        "level": 0.95, "n_events": 600, "position": position, "position_low": position - 0.2,
        "position_high": position + 0.2, "n_families": 5, "n_on_claims_side": 4, "p_families": 0.375,
        "verdict": verdict,
    }  # fmt: skip
    return usual | other


@pytest.fixture
def verdicts():
    gone = dict.fromkeys(("arm", "value", "low", "high", "level", "position", "position_low", "position_high"))
    sign = dict.fromkeys(("if_claim", "position", "position_low", "position_high"))
    rows = [
        row("effects", "Would other families show it?", 1.0, "holds"),
        row("signed_permutation", "Does any displacement do it?", 0.3, "weakens", if_artefact=1.0, if_claim=0.0)
        | {"claim_side": "below"},
        row("commitment_regression", LONG, -0.1, "fails"),
        row("depth", "Is it lost a tenth of the stack earlier?", 7.0, "holds"),
        row("write_out", "Do late MLPs write no more?", 0.4, "holds") | sign,
        row("scale", "Is it lost in probabilities?", 1.0, "undecided") | gone,
    ]
    numbers = [name for name in (*gone, "if_claim") if name != "arm"]
    return pd.DataFrame(rows).astype(dict.fromkeys(numbers, float))


def test_every_position_is_drawn_where_it_is(verdicts, see):
    drawing = draw_verdicts(verdicts)
    assert list(drawing.drawn["control"]) == [
        "write_out",
        *("effects", "signed_permutation", "commitment_regression", "depth"),
    ]
    values = see.all_with(drawing.figure, "value ")
    assert values["effects Would other families show it?"].get_xdata() == [1.0]
    failed = values[f"commitment_regression {LONG}"]
    assert (failed.get_xdata()[0], failed.get_marker()) == (-0.1, "X")
    order = [values[f"{one.control} {one.question}"].get_ydata()[0] for one in drawing.drawn[1:].itertuples()]
    assert order == sorted(order)
    low, high = see.artist(drawing.figure, f"interval commitment_regression {LONG}").get_xdata()
    assert (low, high) == (pytest.approx(-0.3), pytest.approx(0.1))


def test_a_position_beyond_the_axis_is_an_arrow_at_its_edge(verdicts, see):
    far = see.all_with(draw_verdicts(verdicts).figure, "value ")["depth Is it lost a tenth of the stack earlier?"]
    assert (far.get_xdata(), far.get_marker()) == ([2.5], ">")


def test_no_text_overlaps_another_or_leaves_the_page(verdicts, see):
    figure = draw_verdicts(verdicts).figure
    with styled():  # as it is saved: other hinting makes long labels wider
        boxes = see.visible_texts(figure)
    width, height = figure.bbox.size
    for text, box in boxes.items():
        inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
        assert inside, text.get_text()
    for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
        across = min(box.x1, another.x1) - max(box.x0, another.x0)
        along = min(box.y1, another.y1) - max(box.y0, another.y0)
        assert min(across, along) < 1.5, f"{one.get_text()!r} overlaps {other.get_text()!r}"


def test_the_table_has_every_question(verdicts):
    table = table_verdicts(verdicts)
    assert list(table["question"]) == list(verdicts["question"])
    assert list(table["families"]) == ["4/5"] * 6
    lines = render(table, SPEC)["markdown"].splitlines()
    (line,) = [line for line in lines if "signed permutation" in line]
    assert [cell.strip() for cell in line.strip("|").split("|")] == [
        *("signed permutation", "Does any displacement do it?", "host norm", "1", "0"),
        *("0.30 [0.10, 0.50]", "4/5", "0.38", "600", "weakens"),
    ]
    (line,) = [line for line in lines if "probabilities" in line]
    assert "undecided" in line
    (line,) = [line for line in lines if "write no more" in line]
    assert [cell.strip() for cell in line.split("|")][4:6] == ["0", "> 0"]


def test_a_predicted_sign_has_the_place_that_its_interval_gives_it(verdicts, see):
    sign = dict.fromkeys(("if_claim", "position", "position_low", "position_high"), np.nan)
    rows = [
        row("gap", "More?", 0.5, "holds", low=0.25, high=0.75),
        row("swaps", "Less?", -0.5, "holds", low=-0.75, high=-0.25, claim_side="below"),
        row("share", "Over half?", 0.375, "fails", low=0.25, high=0.75, if_artefact=0.5),
        row("stops", "None?", 0.0, "fails", low=0.0, high=0.0, claim_side="below"),
    ]
    drawing = draw_verdicts(pd.DataFrame([one | sign for one in rows]))
    places = drawing.drawn[["place", "place_low", "place_high"]].to_numpy()
    np.testing.assert_array_equal(places, [[2, 1, 3], [2, 3, 1], [-0.5, -1, 1], [0, 0, 0]])
    (axes,) = drawing.figure.axes
    assert axes.get_xlabel() == "mean, towards the claim, in half widths, 95% interval"
    both = draw_verdicts(pd.concat([verdicts, pd.DataFrame([one | sign for one in rows])], ignore_index=True))
    assert [len(axes.get_yticks()) for axes in both.figure.axes] == [5, 4]


def test_questions_without_a_number_leave_the_figure_empty(verdicts):
    assert draw_verdicts(verdicts[verdicts["value"].isna()]).drawn.empty


def test_an_empty_table_names_figure_and_remedy(verdicts):
    with pytest.raises(TableError, match=r"figure verdicts: the table has no rows; judge the controls"):
        draw_verdicts(verdicts.iloc[:0])
    with pytest.raises(TableError, match=r"table verdicts: the table lacks the columns \['position'\]"):
        table_verdicts(verdicts.drop(columns="position"))


def test_missing_intervals_are_left_out(verdicts, see):
    valued = verdicts[verdicts["position"].notna()]
    figure = draw_verdicts(valued.assign(position_low=np.nan, position_high=np.nan)).figure
    assert not see.all_with(figure, "interval ")
