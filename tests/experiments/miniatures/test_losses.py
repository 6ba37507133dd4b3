"""The loss figure shows held-out losses as they are and training losses as running means."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.miniatures.draw_losses import draw_losses


def held_out(figure):
    """Held-out curves, by family and then by stage."""
    lines = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "o"]
    return [line for column in range(len(lines) // 2) for line in lines[column :: len(lines) // 2]]


def training(figure):
    return [line for axes in figure.axes for line in axes.lines if line.get_marker() != "o"]


def test_held_out_losses_are_drawn_as_they_are(make):
    losses = make.losses(2)
    figure = draw_losses(losses, make.labels(2)).figure
    for checkpoint in losses["checkpoint"].unique():
        given = losses[(losses["checkpoint"] == checkpoint) & (losses["quantity"] == "held_out")]
        line = held_out(figure)[[*losses["checkpoint"].unique()].index(checkpoint)]
        np.testing.assert_array_equal(line.get_xdata(), given["step"])
        np.testing.assert_array_equal(line.get_ydata(), given["loss"])


def test_training_losses_are_running_means(make):
    losses = make.losses(1)
    drawing = draw_losses(losses, make.labels(1))
    given = losses[(losses["checkpoint"] == "pretraining 0") & (losses["quantity"] == "training")]["loss"].to_numpy()
    line = training(drawing.figure)[0].get_ydata()
    span = len(given) // 40
    assert span == 5
    assert line[100] == pytest.approx(given[98:103].mean())
    assert line[0] == pytest.approx(given[:3].mean())
    spans = drawing.drawn.groupby("quantity")["running_mean_over"].unique().map(list)
    assert spans["training"] == [1, 5]
    assert spans["held_out"] == [1]


def test_training_is_fainter_than_held_out(make):
    figure = draw_losses(make.losses(1), make.labels(1)).figure
    assert {line.get_color()[3] for line in training(figure)} == {0.4}
    assert {line.get_color()[3] for line in held_out(figure)} == {1.0}


def test_one_column_per_family_and_one_row_per_stage(make):
    figure = draw_losses(make.losses(2), make.labels(2)).figure
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Llama 3.1 8B", "Qwen3 4B", "", ""]
    stages = [axes.texts[0].get_text() for axes in figure.axes]
    assert stages == ["pretraining", "pretraining", "instruction tuning", "instruction tuning"]


def test_a_family_without_a_label_is_refused(make):
    with pytest.raises(TableError, match=r"figure losses: no label for the pairs \['qwen3_4b'\]; add one under"):
        draw_losses(make.losses(2), make.labels(1))


def test_an_unknown_stage_is_refused(make):
    losses = make.losses(1)
    with pytest.raises(TableError, match=r"unknown stages \['annealing'\]; call them one of \['pretraining', "):
        draw_losses(losses.replace({"stage": {"pretraining": "annealing"}}), make.labels(1))


def test_one_stage_alone_is_drawn(make):
    losses = make.losses(2)
    figure = draw_losses(losses[losses["stage"] == "instruction tuning"], make.labels(2)).figure
    assert len(figure.axes) == 2


def test_further_stages_have_rows_and_the_unit_of_preferences_is_said(make):
    losses = make.losses(1)
    tuned = losses[losses["stage"] == "instruction tuning"]
    further = [
        tuned.assign(stage=stage, checkpoint=stage)
        for stage in (
            *("rejection sampling", "preference tuning", "continued pretraining", "adapter tuning"),
            "adapter pretraining",
        )
    ]
    figure = draw_losses(pd.concat([losses, *further]), make.labels(1)).figure
    assert [axes.texts[0].get_text() for axes in figure.axes] == [
        "pretraining",
        "continued pretraining",
        "adapter pretraining",
        "instruction tuning",
        "adapter tuning",
        "preference tuning",
        "rejection sampling",
    ]
    assert figure.get_supylabel() == "loss (nats per token, or per pair)"
    assert draw_losses(losses, make.labels(1)).figure.get_supylabel() == "loss (nats per token)"


def test_families_of_other_stages_begin_lines_of_their_own_and_leave_no_gap(make):
    losses = make.losses(3)
    first, second, third = losses["pair"].unique()
    is_kept = (losses["pair"] == first) | ((losses["stage"] == "instruction tuning") & (losses["pair"] == third))
    labels = make.labels(3)
    figure = draw_losses(losses[is_kept], labels).figure
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.axison]
    assert titles == [labels[first], labels[first], labels[third]]
    assert [axes.axison for axes in figure.axes] == [True, False, True, True]
    assert labels[second] not in titles
