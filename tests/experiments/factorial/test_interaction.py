"""The headline figure shows the numbers it was given."""

import numpy as np
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.factorial.draw_interaction import draw_interaction
from finished_tables import WIDEST_OVER_TOKENS


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
    row = primary(effects, "interaction", scope)
    value = see.artist(figure, f"value {scope}")
    assert value.get_xdata()[0] == row["value"]
    wider = "cluster_tokens" if scope in WIDEST_OVER_TOKENS else "cluster_template"
    for name, method in {"prompt": "prompt", "clusters": wider}.items():
        row = primary(effects, "interaction", scope, method=method)
        interval = see.artist(figure, f"{name} {scope}")
        assert list(interval.get_xdata()) == [row["low"], row["high"]]
        assert interval.get_ydata()[0] == value.get_ydata()[0]
    assert see.artist(figure, f"prompt {scope}").get_linewidth() > 2 * interval.get_linewidth()
    later = primary(effects, "interaction", scope, arm="position >= 3")
    assert see.artist(figure, f"later value {scope}").get_xdata()[0] == later["value"]
    assert list(see.artist(figure, f"later {scope}").get_xdata()) == [later["low"], later["high"]]


def test_the_interval_over_clusters_shows_where_the_prompt_interval_covers_it(see, figure):
    thin, thick = (see.artist(figure, f"{name} balanced") for name in ("clusters", "prompt"))
    assert thin.get_marker() == "|"
    assert thin.get_markersize() > 2 * thick.get_linewidth()


def test_families_stand_in_the_order_of_the_labels_and_balanced_last(make, see, effects, figure):
    scopes = [*make.labels(3), "balanced"]
    assert [see.artist(figure, f"value {scope}").get_ydata()[0] for scope in scopes] == [0, 1, 2, 3]
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
    assert not see.all_with(figure, "clusters ")
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
    assert set(see.all_with(figure, "prompt ")) == {"llama31_8b", "mistral_7b", "balanced"}
    assert set(see.all_with(figure, "value ")) == {"llama31_8b", "qwen3_4b", "mistral_7b", "balanced"}
