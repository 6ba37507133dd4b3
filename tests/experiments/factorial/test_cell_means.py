"""The cell figure shows the four means and where the fourth would be without interaction."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from crosspatch.errors import TableError
from crosspatch.experiments.factorial.draw_cell_means import draw_cell_means
from crosspatch.figures.style import COLOURS


def panel_of(figure, label):
    (axes,) = [axes for axes in figure.axes if axes.get_title(loc="left") == label]
    return axes


def lines_of(axes):
    names = {COLOURS["neutral"]: "without interaction", COLOURS["base"]: "base upstream"}
    names |= {COLOURS["tuned"]: "tuned upstream"}
    return {names[to_hex(line.get_color()).upper()]: line for line in axes.lines if line.get_gid() != "zero"}


def test_lines_run_through_the_cells(make):
    drawing = draw_cell_means(make.cell_means(3), make.labels(3))
    for (label, upstream), cells in drawing.drawn.groupby(["label", "upstream"]):
        lines = lines_of(panel_of(drawing.figure, label))
        values = cells.set_index("late")["value"]
        assert list(lines[f"{upstream} upstream"].get_xdata()) == [0, 1]
        assert list(lines[f"{upstream} upstream"].get_ydata()) == [values["base"], values["tuned"]]


def test_values_are_written_beside_their_points(make):
    means = make.cell_means(2)
    figure = draw_cell_means(means, make.labels(2)).figure
    own = means[means["pair"] == "qwen3_4b"]
    for row in own[(own["readout"] == "common_tuned") & (own["precision"] == "float32")].itertuples():
        texts = {text.get_gid(): text for text in panel_of(figure, "Qwen3 4B").texts}
        text = texts[f"{row.upstream} {row.late}"]
        assert text.get_text() == f"{row.value:.2f}".replace("-", "\N{MINUS SIGN}")
        assert (text.get_position()[0] > 0.5) == (row.late == "tuned")


def test_close_values_are_written_apart_in_their_order(make):
    figure = draw_cell_means(make.cell_means(1), make.labels(1)).figure
    texts = {text.get_gid(): text.get_position()[1] for text in figure.axes[0].texts}
    assert texts["tuned base"] - texts["base base"] > 0.2, "the means are 0.1 logits apart"


def test_the_tuned_line_ends_above_the_dashed_one_by_the_interaction(make):
    drawing = draw_cell_means(make.cell_means(2), make.labels(2))
    for label, interaction in (("Llama 3.1 8B", 1.253), ("Qwen3 4B", 1.464)):
        lines = {name: line.get_ydata() for name, line in lines_of(panel_of(drawing.figure, label)).items()}
        assert lines["tuned upstream"][1] - lines["without interaction"][1] == pytest.approx(interaction)
        assert lines["tuned upstream"][0] == lines["without interaction"][0]
        ends = drawing.drawn.loc[drawing.drawn["label"] == label, "without_interaction"].dropna()
        assert list(ends) == [lines["without interaction"][1]]


def test_an_incomplete_family_is_drawn_as_far_as_it_goes(make):
    means = make.cell_means(2)
    last = (means["pair"] == "qwen3_4b") & (means["upstream"] == "tuned") & (means["late"] == "tuned")
    figure = draw_cell_means(means[~last], make.labels(2)).figure
    assert "without interaction" not in lines_of(panel_of(figure, "Qwen3 4B"))
    only = draw_cell_means(means[means["pair"] == "llama31_8b"], make.labels(2)).figure
    assert "no events" in [text.get_text() for text in panel_of(only, "Qwen3 4B").texts]


def test_cells_that_occur_twice_are_refused(make):
    means = make.cell_means(1)
    with pytest.raises(TableError, match="figure cell_means: cells occur more than once; average the margins"):
        draw_cell_means(pd.concat([means, means]), make.labels(1))


def test_tables_of_other_pairs_are_refused(make):
    with pytest.raises(TableError, match=r"figure cell_means, pairs \['other'\]: the table has no rows"):
        draw_cell_means(make.cell_means(1), {"other": "Other"})
