"""The headline figure shows the numbers it was given."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.factorial.draw_interaction import draw_interaction
from finished_tables import WIDEST_OVER_TOKENS

LABELS = ("llama31_8b", "qwen3_4b", "mistral_7b")
METHODS = ("prompt", "cluster_template", "cluster_tokens")
CAP = 7
"""Height of the caps in points."""


def primary(effects, effect, scope, arm="all", method="prompt"):
    wanted = {
        "effect": effect, "scope": scope, "arm": arm, "readout": "common_tuned", "precision": "float32",
        "method": method,
    }  # fmt: skip
    return effects[(effects[list(wanted)] == wanted).all(axis=1)].iloc[0]


@pytest.fixture
def effects(make):
    return make.effects(3)


@pytest.fixture
def figure(make, effects):
    return draw_interaction(effects, make.labels(3)).figure


@pytest.mark.parametrize("effect", ["portable", "matched"])
def test_bars_and_their_intervals(see, effects, figure, effect):
    row = primary(effects, effect, "balanced")
    bar, interval = see.artist(figure, f"bar {effect}"), see.artist(figure, f"interval {effect}")
    assert bar.get_height() == row["value"]
    assert list(interval.get_ydata()) == [row["low"], row["high"]]
    assert interval.get_xdata()[0] == bar.get_x() + bar.get_width() / 2


def test_the_bracket_spans_the_bars_and_says_the_interaction(see, effects, figure):
    portable, matched = (primary(effects, effect, "balanced")["value"] for effect in ("portable", "matched"))
    assert list(see.artist(figure, "bracket").get_ydata()) == [portable, matched]
    row = primary(effects, "interaction", "balanced", method="cluster_tokens")
    expected = f"interaction\n{row['value']:.2f}\n[{row['low']:.2f}, {row['high']:.2f}]"
    assert see.artist(figure, "interaction").get_text() == expected


@pytest.mark.parametrize("scope", ["llama31_8b", "qwen3_4b", "mistral_7b", "balanced"])
def test_families_with_both_intervals_and_later_positions(see, effects, figure, scope):
    place = [*LABELS, "balanced"].index(scope)
    wider = "cluster_tokens" if scope in WIDEST_OVER_TOKENS else "cluster_template"
    right = figure.axes[1]
    assert see.place(right, "x", primary(effects, "interaction", scope)) == place
    over_clusters = primary(effects, "interaction", scope, method=wider)
    assert any(
        np.allclose(span, [over_clusters["low"], place, over_clusters["high"], place]) for span in see.spans(right)
    )
    later = primary(effects, "interaction", scope, arm="position >= 3")
    assert see.place(right, "x", later) == pytest.approx(place + 0.27)


def test_the_interval_over_clusters_shows_where_the_prompt_interval_covers_it(see, effects, figure):
    dots = see.dots(figure.axes[1])
    row = primary(effects, "interaction", "balanced", method="cluster_tokens")
    caps = dots[dots["x"].isin([row["low"], row["high"]])]
    assert len(caps) == 2
    assert caps["hollow"].all()
    thickest = max(lines.get_linewidth()[0] for lines in figure.axes[1].collections if hasattr(lines, "get_segments"))
    assert 2 * thickest < CAP


def test_families_stand_in_the_order_of_the_labels_and_balanced_last(figure):
    names = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert names == [
        "Llama 3.1 8B\nn = 600 (197 at ≥3)", "Qwen3 4B\nn = 597 (194 at ≥3)", "Mistral 7B v0.3\nn = 594 (191 at ≥3)",
        "Mean of 3 families\nn = 1800 (591 at ≥3)",
    ]  # fmt: skip
    low, high = figure.axes[1].get_ylim()
    assert low > high, "the first family is on top"


def test_other_methods_readouts_and_precisions_are_not_drawn(make, effects):
    drawn = draw_interaction(effects, make.labels(3)).drawn
    assert set(drawn["readout"]) == {"common_tuned"}
    assert set(drawn["precision"]) == {"float32"}
    assert set(drawn["method"]) == {"prompt", "cluster_template", "cluster_tokens"}
    assert len(drawn) == 4 + 4 * 3


def test_a_negative_interaction_has_a_real_minus_sign(make, see):
    effects = make.effects(8)
    effects = effects[effects["scope"] == "openmath2"]
    labels = {"openmath2": "OpenMath2"}
    text = see.artist(draw_interaction(effects, labels).figure, "interaction").get_text()
    assert text.startswith("interaction\n\N{MINUS SIGN}0.15\n")


def test_intervals_over_clusters_may_be_missing(make, see, effects):
    effects = effects[effects["method"] == "prompt"]
    figure = draw_interaction(effects, make.labels(3)).figure
    assert len(see.spans(figure.axes[1])) == 2 * 4
    assert len(figure.legends[0].get_texts()) == 2


def test_a_study_without_a_balanced_mean_is_refused(make, effects):
    with pytest.raises(TableError, match=r"figure interaction: no family-balanced estimate among .*qwen3_4b"):
        draw_interaction(effects[effects["scope"] != "balanced"], make.labels(3))


def test_a_missing_bar_is_refused(make, effects):
    without = effects[~((effects["effect"] == "matched") & (effects["scope"] == "balanced"))]
    with pytest.raises(TableError, match=r"scope 'balanced' has no estimate of \['matched'\]"):
        draw_interaction(without, make.labels(3))


def test_one_missing_interval_leaves_the_others(make, see, effects):
    gone = (effects["scope"] == "qwen3_4b").to_numpy()
    effects.loc[gone, ["low", "high", "level"]] = np.nan
    figure = draw_interaction(effects, make.labels(3)).figure
    assert {span[1] for span in see.spans(figure.axes[1]) if span[1] == round(span[1])} == {0, 2, 3}
    assert set(see.dots(figure.axes[1]).query("y == y.round()")["y"]) == {0, 1, 2, 3}


def test_null_pairs_are_bands_as_wide_as_their_widest_interval_reaches(see, make, effects):
    pairs = {**make.labels(3), "tulu3": "A twin", "openmath2": "Another seed"}
    noise_floor = make.effects(8)
    noise_floor = noise_floor[noise_floor["scope"].isin(["tulu3", "openmath2"])]
    drawing = draw_interaction(effects, pairs, noise_floor)
    right = drawing.figure.axes[1]
    assert len(right.get_yticks()) == 4  # three families and their mean
    for scope, label in (("tulu3", "A twin"), ("openmath2", "Another seed")):
        rows = [primary(noise_floor, "interaction", scope, method=method) for method in METHODS]
        widest = max(rows, key=lambda row: row["high"] - row["low"])
        reach = max(abs(widest["low"]), abs(widest["high"]))
        band = see.artist(drawing.figure, f"band {scope}")
        assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((-reach, reach))
        texts = [text.get_text() for text in drawing.figure.legends[0].get_texts()]
        assert f"{label}: within {reach:.2f}" in texts
    written = pd.read_csv(StringIO(drawing.drawn.to_csv(index=False)))  # as readers find it: "null" would be missing
    drawn = written[written["panel"] == "floor"]
    assert list(drawn["scope"]) == ["tulu3", "openmath2"]
