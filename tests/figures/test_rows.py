"""Which rows are shown, in which order, and what is refused."""

import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.figures.rows import events_label, headline_scope, scopes, select


def test_primary_rows_in_the_order_of_the_labels_and_balanced_last(make):
    effects = make.effects(3).sample(frac=1, random_state=3)
    labels = dict(reversed(make.labels(3).items()))
    rows = select(effects, "figure x", labels, effect="interaction")
    assert list(rows["scope"]) == [*labels, "balanced"]
    assert list(rows["label"]) == [*labels.values(), "Mean of 3 families"]
    assert set(rows["arm"]) == {"all"}
    assert set(rows["readout"]) == {"common_tuned"}
    assert set(rows["precision"]) == {"float32"}
    assert set(rows["method"]) == {"prompt"}


def test_balanced_without_a_pair_is_not_a_family(make):
    effects = make.effects(2)
    without = effects[effects["scope"] == "balanced"].assign(scope="balanced without qwen3_4b")
    rows = select(pd.concat([effects, without]), "figure x", make.labels(2), effect="interaction")
    assert "balanced without qwen3_4b" not in set(rows["scope"])


def test_pairs_outside_the_balanced_mean_are_marked(make):
    effects = make.effects(3)
    balanced = effects[effects["scope"] == "balanced"]
    without = [balanced.assign(scope=f"balanced without {pair}") for pair in ("llama31_8b", "mistral_7b")]
    effects = pd.concat([effects.assign(n_pairs=effects["n_pairs"].replace(3, 2)), *without])
    rows = select(effects, "figure x", make.labels(3), effect="interaction")
    assert list(rows["label"]) == ["Llama 3.1 8B", "Qwen3 4B (extra)", "Mistral 7B v0.3", "Mean of 2 families"]
    assert list(scopes(rows, make.labels(3)).values()) == list(rows["label"])


def test_the_only_family_is_its_own_mean(make):
    rows = select(make.effects(1), "figure x", make.labels(1), effect="interaction")
    assert list(rows["label"]) == ["Llama 3.1 8B"]
    assert headline_scope(rows, "figure x") == "llama31_8b"


def test_a_mean_of_one_family_beside_an_extra_one_says_so(make):
    effects = make.effects(2)
    effects.loc[effects["scope"] == "balanced", "n_pairs"] = 1
    rows = select(effects, "figure x", make.labels(2), effect="interaction")
    assert list(rows["label"])[-1] == "Mean of 1 family"


def test_a_pair_without_a_label_is_refused(make):
    with pytest.raises(TableError, match=r"figure x: no label for the pairs \['mistral_7b'\]; add one"):
        select(make.effects(3), "figure x", make.labels(2), effect="interaction")


def test_no_matching_rows_are_refused(make):
    with pytest.raises(TableError, match=r"figure x: no estimates with .*'readout': 'mine'"):
        select(make.effects(1), "figure x", make.labels(1), readout="mine")


def test_missing_columns_are_refused(make):
    with pytest.raises(TableError, match=r"figure x: the table lacks the columns \['level'\]"):
        select(make.effects(1).drop(columns="level"), "figure x", make.labels(1))


def test_repeated_rows_are_refused(make):
    effects = make.effects(1)
    with pytest.raises(TableError, match="occur more than once"):
        select(pd.concat([effects, effects]), "figure x", make.labels(1), effect="interaction")


def test_headline_scope_is_balanced_or_the_only_family(make):
    rows = select(make.effects(2), "figure x", make.labels(2), effect="interaction")
    assert headline_scope(rows, "figure x") == "balanced"
    assert headline_scope(rows[rows["scope"] == "qwen3_4b"], "figure x") == "qwen3_4b"
    with pytest.raises(TableError, match="no family-balanced estimate"):
        headline_scope(rows[rows["scope"] != "balanced"], "figure x")


def test_families_without_rows_keep_their_place(make):
    rows = select(make.effects(2), "figure x", make.labels(2), effect="interaction")
    only = rows[rows["scope"] == "qwen3_4b"]
    assert list(scopes(only, make.labels(2))) == ["llama31_8b", "qwen3_4b"]
    assert events_label(only, "llama31_8b", "Llama") == "Llama\nno events"
    assert events_label(only, "qwen3_4b", "Qwen") == "Qwen\nn = 597"
