"""Figures and tables of nulls and of referees' questions: every number where it belongs."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from crosspatch.errors import TableError
from crosspatch.experiments.factorial import table_families
from crosspatch.experiments.nulls.draw_label_swap import COINS, draw_label_swap
from crosspatch.experiments.nulls.draw_token_identity import draw_token_identity
from crosspatch.experiments.tokens import table_scale, table_tokens
from crosspatch.experiments.tokens.draw_tokens import draw_tokens
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS, styled
from crosspatch.files.drawings import write_drawing

GAP = "gap >= 0.5"


def rows_of(count, labels, control, arms, effects, method="prompt"):
    """`estimates` of `count` families and their mean, every number different and known."""
    scopes = [*list(labels)[:count], "balanced"]
    rows = []
    for (arm, effect), (place, scope) in itertools.product(itertools.product(arms, effects), enumerate(scopes)):
        value = 0.5 + 0.2 * place + 0.03 * list(arms).index(arm) - 0.4 * list(effects).index(effect)
        number = count if scope == "balanced" else 1
        known = {"control": control, "arm": arm, "effect": effect, "scope": scope, "method": method}
        numbers = {"value": value, "low": value - 0.1, "high": value + 0.1, "level": 0.95, "n_pairs": number}
        view = {"readout": "common_tuned", "precision": "float32", "draws": 100, "seed": 1}
        rows.append(known | view | numbers | {"n_events": 600 * number - place, "n_prompts": 600})
    return pd.DataFrame(rows)


def swaps_of(count, labels):
    rows = rows_of(count, labels, "label_swap", list(COINS), ["observed", "p_upper"], "sign_flip")
    rows["value"] = rows["value"].mask(rows["effect"] == "p_upper", 0.00049)
    return rows.assign(low=np.nan, high=np.nan, level=np.nan)


def counts_of(swaps):
    bins = pd.DataFrame({"bin_low": [-0.5, 0.0], "bin_high": [0.0, 0.5], "count": [30, 70]})
    keys = swaps[["control", "arm", "scope", "readout", "precision"]].drop_duplicates()
    other = keys.assign(readout="native")
    return pd.concat([keys, other]).merge(bins, how="cross")


def nulls_of(count, labels):
    arms = ["over all prompts", "over all prompts, other tokens", "within category", "within category, other tokens"]
    return rows_of(count, labels, "token_identity", arms, ["observed", "null_mean"], "permutation")


def controls_of(count, labels):
    kinds = ["first divergence", "both content", "assistant marker", "stop token", "no stop token", "rare tokens"]
    tokens = rows_of(count, labels, "tokens", kinds, ["interaction", "retention", "interaction_share"])
    consistency = rows_of(count, labels, "consistency", ["re-picked", GAP], ["retention", "interaction_share"])
    scale = rows_of(count, labels, "scale", ["first divergence", "probability"], ["retention", "interaction_share"])
    return [tokens, consistency, scale]


def drawings(count, labels):
    swaps = swaps_of(count, labels)
    return {
        "label_swap": draw_label_swap(swaps, counts_of(swaps), labels),
        "token_identity": draw_token_identity(nulls_of(count, labels), labels),
        "tokens": draw_tokens(labels, *controls_of(count, labels)),
    }


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_no_text_overlaps_another_or_leaves_the_page(make, see, count):
    for name, drawing in drawings(count, make.labels(count)).items():
        with styled():
            boxes = see.visible_texts(drawing.figure)
        width, height = drawing.figure.bbox.size
        for text, box in boxes.items():
            inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
            assert inside, f"{name}: {text.get_text()!r}"
        for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
            across = min(box.x1, another.x1) - max(box.x0, another.x0)
            along = min(box.y1, another.y1) - max(box.y0, another.y0)
            assert min(across, along) < 1.5, f"{name}: {one.get_text()!r} overlaps {other.get_text()!r}"


def test_nulls_are_drawn_as_densities_of_the_primary_margin(make, see):
    labels = make.labels(2)
    swaps = swaps_of(2, labels)
    drawing = draw_label_swap(swaps, counts_of(swaps), labels)
    axes = drawing.figure.axes[1]
    nulls = {to_hex(line.get_color()).upper(): line for line in axes.lines if line.get_drawstyle() == "steps-post"}
    assert set(nulls) == {COLOURS[meaning] for meaning, _ in COINS.values()}
    assert list(nulls[COLOURS["matched"]].get_xdata()) == [-0.5, -0.5, 0.0, 0.5]
    assert list(nulls[COLOURS["matched"]].get_ydata()) == pytest.approx([0, 0.3 / 0.5, 0.7 / 0.5, 0])
    line = see.artist(drawing.figure, "observed qwen3_4b")
    own = swaps[(swaps["scope"] == "qwen3_4b") & (swaps["arm"] == "token pairs") & (swaps["effect"] == "observed")]
    assert line.get_xdata()[0] == own["value"].item()
    assert see.artist(drawing.figure, "p balanced").get_text() == "n = 1198\np = 0.00049"
    assert set(drawing.drawn["readout"]) == {"common_tuned"}


def test_observed_means_and_nulls_stand_together_in_their_panels(make, see):
    labels = make.labels(2)
    rows = nulls_of(2, labels).set_index(["arm", "effect", "scope"]).sort_index()
    figure = draw_token_identity(rows.reset_index(), labels).figure
    for arm in rows.index.get_level_values("arm").unique():
        axes = figure.axes["other tokens" in arm]
        place = see.place(axes, "x", rows.loc[(arm, "null_mean", "balanced")])
        assert place == pytest.approx(2 + (0.2 if "category" in arm else -0.2))
        own = see.dots(axes).query("colour == @COLOURS['interaction']")
        observed = own.loc[np.isclose(own["y"], place), "x"]
        assert observed.tolist() == [rows.loc[(arm, "observed", "balanced"), "value"]]


def test_kinds_of_events_are_ratios_and_scales_are_shares(make, see):
    labels = make.labels(2)
    tokens, consistency, scale = controls_of(2, labels)
    drawing = draw_tokens(labels, tokens, consistency, scale)
    left, right = drawing.figure.axes
    expected = tokens.set_index(["arm", "effect", "scope"])["value"]
    words = [tick.get_text().split("\n")[0] for tick in left.get_yticklabels()]
    rare = see.dots(left).query("abs(y - @words.index('token pair of few events')) < 0.5")
    assert rare.loc[~rare["hollow"], "x"].tolist() == [expected["rare tokens", "retention", "balanced"]]
    assert expected["rare tokens", "retention", "qwen3_4b"] in rare.loc[rare["hollow"], "x"].tolist()
    assert rare["hollow"].sum() == 2
    shares = scale.set_index(["arm", "effect", "scope"]).sort_index()["value"]["probability", "interaction_share"]
    probability = see.dots(right).query("2.5 < y < 3.5 and not hollow")
    assert probability["x"].tolist() == [shares["balanced"]]
    words = [tick.get_text() for tick in left.get_yticklabels()]
    assert words[-1] == "gap ≥ 0.5\nn = 1198"
    assert not any("stop token\n" in word and "no " not in word for word in words)
    assert set(drawing.drawn["effect"]) == {"retention", "interaction_share"}


def test_a_study_with_one_of_the_controls_has_one_panel(make):
    labels = make.labels(2)
    assert len(draw_tokens(labels, tokens=controls_of(2, labels)[0]).figure.axes) == 1
    assert len(draw_tokens(labels, scale=controls_of(2, labels)[2]).figure.axes) == 1


def test_the_numbers_written_are_the_numbers_drawn(make, tmp_path):
    for name, drawing in drawings(2, make.labels(2)).items():
        paths = {kind: tmp_path / f"{name}.{kind}" for kind in ("pdf", "png", "csv")}
        write_drawing(drawing, **paths)
        again = pd.read_csv(paths["csv"])
        pd.testing.assert_frame_equal(again, drawing.drawn, check_dtype=False, check_exact=True)


def test_empty_tables_name_figure_and_remedy(make):
    labels = make.labels(1)
    swaps, nulls, controls = swaps_of(1, labels), nulls_of(1, labels), controls_of(1, labels)
    with pytest.raises(TableError, match=r"figure label_swap: the table has no rows; make the estimates"):
        draw_label_swap(swaps, counts_of(swaps).iloc[:0], labels)
    with pytest.raises(TableError, match=r"figure token_identity: the table has no rows"):
        draw_token_identity(nulls.iloc[:0], labels)
    with pytest.raises(TableError, match=r"figure tokens: no estimates with"):
        draw_tokens(labels, tokens=controls[0][controls[0]["effect"] == "interaction"])


def zero_tests_of(labels):
    keys = {"effect": "interaction", "arm": "all", "readout": "common_tuned", "precision": "float32"}
    rows = [
        keys | {"scope": scope, "test": test, "p_value": 0.01 * place + (test == "sign") / 1000}
        for place, scope in enumerate([*labels, "balanced"])
        for test in ("sign", "wilcoxon")
    ]
    return pd.DataFrame([*rows, *(row | {"arm": "consistent", "p_value": 0.9} for row in rows)])


def test_families_have_their_errors_tests_and_shares(make):
    labels, effects = make.labels(2), make.effects(2)
    table = table_families.table_families(effects, zero_tests_of(labels), swaps_of(2, labels), labels).set_index(
        "family"
    )
    assert list(table.index) == [*labels.values(), "Mean of 2 families"]
    primary = effects[(effects["arm"] == "all") & (effects["readout"] == "common_tuned")]
    primary = primary[(primary["precision"] == "float32") & (primary["scope"] == "qwen3_4b")]
    own = primary.set_index(["effect", "method"])
    row = table.loc["Qwen3 4B"]
    assert row["interaction"] == own.loc[("interaction", "prompt"), "value"]
    assert row["portable_share"] == own.loc[("portable_share", "prompt"), "value"]
    width = own.loc[("interaction", "cluster_template"), "high"] - own.loc[("interaction", "cluster_template"), "low"]
    assert row["error_templates"] == pytest.approx(width / 2 / 1.959964, rel=1e-6)
    assert row[["p_sign", "p_wilcoxon", "p_swap_tokens"]].tolist() == [0.011, 0.01, 0.00049]
    line = render(table.reset_index(), table_families.SPEC)["markdown"].splitlines()[-1]
    assert "0.00049" in line
    assert "Mean of 2 families" in line


def test_tokens_have_every_kind_of_every_family(make):
    labels = make.labels(2)
    tokens = controls_of(2, labels)[0]
    lacking = tokens[(tokens["arm"] != "stop token") | (tokens["scope"] != "qwen3_4b")]
    table = table_tokens.table_tokens(lacking, labels)
    assert list(table["arm"])[:6] == [
        "all",
        "both content",
        "assistant marker",
        "stop token",
        "no stop token",
        "rare tokens",
    ]
    assert len(table) == 3 * 6
    (none,) = table[(table["family"] == "Qwen3 4B") & (table["arm"] == "stop token")].itertuples()
    assert none.n_events == 0
    assert np.isnan(none.interaction)
    row = table.set_index(["family", "arm"]).sort_index().loc[("Mean of 2 families", "rare tokens")]
    expected = tokens.set_index(["scope", "arm", "effect"]).sort_index().loc[("balanced", "rare tokens")]
    for effect in ("interaction", "retention"):
        assert row[effect] == expected.loc[effect, "value"]
        assert row[f"{effect}_low"] == expected.loc[effect, "low"]
    assert row["n_events"] == 1198
    assert "rare tokens" in render(table, table_tokens.SPEC)["latex"]


def test_scales_have_their_shares(make):
    labels = make.labels(2)
    effects = ["interaction", "interaction_share", "portable_share"]
    rows = rows_of(2, labels, "scale", ["first divergence", "probability", "two-token probability"], effects)
    table = table_scale.table_scale(rows, labels)
    assert list(table["arm"]) == ["logits", "probability", "two-token probability"] * 3
    own = rows.set_index(["scope", "arm", "effect"]).sort_index().loc[("qwen3_4b", "probability")]
    row = table.iloc[4]
    assert row[effects].tolist() == own.loc[effects, "value"].tolist()
    assert row["portable_share_high"] == own.loc["portable_share", "high"]
    assert "two-token probability" in render(table, table_scale.SPEC)["csv"]
