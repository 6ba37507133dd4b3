"""The loss figure shows held-out losses as they are and training losses as running means."""

import numpy as np
import pytest

from crosspatch.errors import TableError
from crosspatch.figures.losses import draw_losses


def test_held_out_losses_are_drawn_as_they_are(make, see):
    losses, stages = make.losses(2)
    figure = draw_losses(losses, stages).figure
    for checkpoint in stages:
        given = losses[(losses["checkpoint"] == checkpoint) & (losses["quantity"] == "held_out")]
        line = see.artist(figure, f"held_out {checkpoint}")
        np.testing.assert_array_equal(line.get_xdata(), given["step"])
        np.testing.assert_array_equal(line.get_ydata(), given["loss"])


def test_training_losses_are_running_means(make, see):
    losses, stages = make.losses(1)
    drawing = draw_losses(losses, stages)
    given = losses[(losses["checkpoint"] == "pretraining 0") & (losses["quantity"] == "training")]["loss"].to_numpy()
    line = see.artist(drawing.figure, "training pretraining 0").get_ydata()
    span = len(given) // 40
    assert span == 5
    assert line[100] == pytest.approx(given[98:103].mean())
    assert line[0] == pytest.approx(given[:3].mean())
    spans = drawing.drawn.groupby("quantity")["running_mean_over"].unique().map(list)
    assert spans["training"] == [1, 5]
    assert spans["held_out"] == [1]


def test_training_is_fainter_than_held_out(make, see):
    figure = draw_losses(*make.losses(1)).figure
    assert see.artist(figure, "training pretraining 0").get_alpha() < 0.5
    assert see.artist(figure, "held_out pretraining 0").get_alpha() is None


def test_one_column_per_family_and_one_row_per_stage(make):
    figure = draw_losses(*make.losses(2)).figure
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Llama 3.1 8B", "Qwen3 4B", "", ""]
    stages = [axes.texts[0].get_text() for axes in figure.axes]
    assert stages == ["pretraining", "pretraining", "instruction tuning", "instruction tuning"]


def test_a_checkpoint_without_a_place_is_refused(make):
    losses, stages = make.losses(2)
    del stages["instruction tuning 1"]
    with pytest.raises(TableError, match=r"figure losses: checkpoints \['instruction tuning 1'\] have no family"):
        draw_losses(losses, stages)


def test_an_unknown_stage_is_refused(make):
    losses, stages = make.losses(1)
    stages["pretraining 0"] = ("Llama", "annealing")
    with pytest.raises(TableError, match=r"unknown stages \['annealing'\]; call them one of \['pretraining', "):
        draw_losses(losses, stages)


def test_one_stage_alone_is_drawn(make):
    losses, stages = make.losses(2)
    tuning = losses[losses["checkpoint"].str.startswith("instruction")]
    figure = draw_losses(tuning, stages).figure
    assert len(figure.axes) == 2
