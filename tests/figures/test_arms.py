"""What figures of controls share: which rows they show, and arms as lines of points."""

import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.rows import arms_in_order, scopes, select_arms
from crosspatch.figures.style import new_figure

LABELS = {"llama31_8b": "Llama 3.1 8B", "qwen3_4b": "Qwen3 4B"}
WITHOUT = ["balanced without llama31_8b", "balanced without qwen3_4b"]
ARMS = {"host norm": "at the host's norm", "first divergence": "as they are"}


@pytest.fixture
def estimates():
    rows = []
    for place, scope in enumerate(["balanced", "qwen3_4b", "llama31_8b", *WITHOUT, "pooled"]):
        for arm in ARMS:
            for readout, precision in (("common_tuned", "float32"), ("native", "float32"), (None, None)):
                effect = "slope" if readout is None else "interaction"
                numbers = {"value": place + len(arm) / 100, "low": place - 0.5, "high": place + 0.5}
                known = {"control": "rescaling", "arm": arm, "effect": effect, "scope": scope, "method": "prompt"}
                view = {"readout": readout, "precision": precision, "level": 0.95, "draws": 10, "seed": 1}
                counts = {"n_events": 100 + place, "n_prompts": 50, "n_pairs": 2 if scope == "balanced" else 1}
                rows.append(known | view | numbers | counts)
    return pd.DataFrame(rows)


def test_rows_are_primary_and_in_the_order_of_the_labels(estimates):
    rows = select_arms(estimates, "figure x", LABELS, effect="interaction", arm="host norm")
    assert list(rows["scope"]) == ["llama31_8b", "qwen3_4b", "balanced"]
    assert list(rows["label"]) == ["Llama 3.1 8B", "Qwen3 4B", "Mean of 2 families"]
    assert set(rows["readout"]) == {"common_tuned"}


def test_quantities_without_readout_and_other_scopes_can_be_had(estimates):
    rows = select_arms(estimates, "figure x", LABELS, others=["pooled"], effect="slope", arm=list(ARMS))
    assert list(rows["scope"].unique()) == ["llama31_8b", "qwen3_4b", "balanced", "pooled"]
    assert list(rows["label"].unique())[-1] == "pooled"


def test_other_readouts_can_be_had(estimates):
    rows = select_arms(estimates, "figure x", LABELS, effect="interaction", readout="native")
    assert set(rows["readout"]) == {"native"}


def test_what_is_missing_is_named(estimates):
    with pytest.raises(TableError, match=r"figure x: no estimates with \{'effect': 'portable'\} in scopes"):
        select_arms(estimates, "figure x", LABELS, effect="portable")
    with pytest.raises(TableError, match=r"figure x: no label for the pairs \['qwen3_4b'\]; add one"):
        select_arms(estimates, "figure x", {"llama31_8b": "Llama 3.1 8B"}, effect="interaction")
    with pytest.raises(TableError, match=r"figure x: the table has no rows; make the estimates"):
        select_arms(estimates.iloc[:0], "figure x", LABELS)


def test_arms_are_lines_with_the_mean_and_the_families(estimates, see):
    rows = select_arms(estimates, "figure x", LABELS, effect="interaction", arm=list(ARMS))
    figure = new_figure(2)
    axes = figure.subplots()
    draw_arms(axes, rows, ARMS)
    dots = see.dots(axes).assign(line=lambda found: found["y"].round())
    norm = dots[dots["line"] == 0].sort_values("x")
    assert norm["x"].tolist() == pytest.approx([0.09, 1.09, 2.09])  # the mean, then the families
    assert norm["hollow"].tolist() == [False, True, True]
    assert sorted((round(span[1]), span[0], span[2]) for span in see.spans(axes)) == [(0, -0.5, 0.5), (1, -0.5, 0.5)]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        "at the host's norm\nn = 100",
        "as they are\nn = 100",
    ]


def test_a_mean_that_a_family_lacks_says_so(estimates, see):
    partly = (estimates["scope"] == "balanced") & (estimates["arm"] == "host norm")
    lacking = estimates.assign(n_pairs=estimates["n_pairs"].mask(partly, 1))
    rows = select_arms(lacking, "figure x", LABELS, effect="interaction")
    assert scopes(rows, LABELS)["balanced"] == "Mean of 2 families"
    means = rows[rows["scope"] == "balanced"].set_index("arm")["label"]
    assert means.to_dict() == {"host norm": "Mean of 1 of 2 families", "first divergence": "Mean of 2 families"}
    figure = new_figure(2)
    axes = figure.subplots()
    draw_arms(axes, rows, ARMS)
    ticks = [tick.get_text().split("\n")[1] for tick in axes.get_yticklabels()]
    assert ticks == ["n = 100 (1 of 2)", "n = 100"]
    only = select_arms(lacking, "figure x", LABELS, effect="interaction", arm="host norm")
    assert only["label"].iloc[-1] == "Mean of 1 of 2 families"


def test_an_arm_that_the_first_family_lacks_is_in_its_place(estimates):
    lacking = estimates[(estimates["scope"] != "llama31_8b") | (estimates["arm"] != "host norm")]
    rows = select_arms(lacking, "figure x", LABELS, effect="interaction")
    assert list(rows["arm"].unique()) == ["first divergence", "host norm"]
    assert arms_in_order(rows) == ["host norm", "first divergence"]


def test_the_only_family_of_a_study_stands_for_the_mean(estimates, see):
    rows = select_arms(estimates[estimates["scope"] == "qwen3_4b"], "figure x", LABELS, effect="interaction")
    figure = new_figure(2)
    axes = figure.subplots()
    draw_arms(axes, rows, ARMS)
    dots = see.dots(axes)
    assert dots.loc[dots["y"].round() == 0, "x"].tolist() == pytest.approx([1.09])
    assert not dots["hollow"].any()
