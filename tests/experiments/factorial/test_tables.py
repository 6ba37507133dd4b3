"""The tables hold the estimates and counts they were made of."""

import importlib

import numpy as np
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.checkpoints.table_checkpoints import table_checkpoints
from crosspatch.experiments.claims.table_coverage import table_coverage
from crosspatch.experiments.claims.table_scorecard import table_scorecard
from crosspatch.experiments.divergence.table_events import table_events
from crosspatch.experiments.factorial.table_balanced import table_balanced
from crosspatch.experiments.factorial.table_positions import table_positions
from crosspatch.experiments.factorial.table_readouts import table_readouts
from crosspatch.workflow.catalogue import all_shown


def value_of(effects, column="value", **wanted):
    wanted = {
        "arm": "all", "readout": "common_tuned", "precision": "float32", "method": "prompt", "scope": "balanced",
    } | wanted  # fmt: skip
    (value,) = effects.loc[(effects[list(wanted)] == wanted).all(axis=1), column]
    return value


def test_balanced_has_a_row_per_method(make):
    effects = make.effects(3)
    table = table_balanced(effects, make.labels(3)).set_index("method")
    assert list(table.index) == [
        "prompt",
        "prompt_independent",
        "normal",
        "cluster_template",
        "cluster_tokens",
        "two_level",
    ]
    for method, row in table.iterrows():
        for effect in ("portable", "matched", "interaction"):
            for column, name in (("value", effect), ("low", f"{effect}_low"), ("high", f"{effect}_high")):
                assert row[name] == value_of(effects, column, effect=effect, method=method)
        assert row["n_events"] == 1800


def test_balanced_keeps_a_place_for_a_method_without_estimates(make):
    effects = make.effects(3)
    table = table_balanced(effects[effects["method"] != "two_level"], make.labels(3)).set_index("method")
    assert np.isnan(table.loc["two_level", "interaction"])
    assert table.loc["two_level", "resampled"] == "families, then prompts"


def test_readouts_have_a_block_per_family(make):
    effects = make.effects(2)
    table = table_readouts(effects, make.labels(2))
    assert list(table["family"]) == ["Llama 3.1 8B"] * 3 + ["Qwen3 4B"] * 3 + ["Mean of 2 families"] * 3
    assert list(table["readout"]) == ["common tuned", "common base", "native"] * 3
    row = table.iloc[5]
    for effect in ("portable", "matched", "interaction", "native_shift", "portable_share", "interaction_share"):
        assert row[effect] == value_of(effects, scope="qwen3_4b", readout="native", effect=effect)
        assert row[f"{effect}_high"] == value_of(effects, "high", scope="qwen3_4b", readout="native", effect=effect)


def test_positions_have_a_block_per_family(make):
    effects = make.effects(2)
    table = table_positions(effects, make.labels(2))
    assert list(table["position"]) == ["all", "≥1", "≥3", "≥5", "≥10"] * 3
    row = table.iloc[7]
    assert row["family"] == "Qwen3 4B"
    assert row["interaction"] == value_of(effects, scope="qwen3_4b", arm="position >= 3", effect="interaction")
    assert row["n_events"] == 194


def test_a_mean_without_a_family_that_has_no_such_event_says_so(make):
    effects = make.effects(2)
    later = (effects["scope"] == "balanced") & (effects["arm"] == "position >= 5")
    table = table_positions(effects.assign(n_pairs=effects["n_pairs"].mask(later, 1)), make.labels(2))
    assert table["family"].tolist()[10:] == [
        *["Mean of 2 families"] * 3,
        "Mean of 1 of 2 families",
        "Mean of 2 families",
    ]


def test_events_are_listed_in_the_order_of_the_labels(make):
    counts = make.event_counts(2)
    table = table_events(counts.iloc[::-1], make.labels(2)).set_index("family")
    assert list(table.index) == list(make.labels(2).values())
    assert table.loc["Qwen3 4B"].to_dict() == {
        "prompts": 20, "usable": 17, "excluded": 3, "reasons": "no divergence: 2; base stops: 1",
        "consistent_share": 16 / 17, "median_step": 8.0, "step_0_share": 9 / 17,
        "from_3_share": 7 / 17, "from_5_share": 5 / 17,
    }  # fmt: skip


def test_checkpoints_keep_the_order_of_columns(make):
    columns = ["boundary", "pair", "other", "base", "tuned", "blocks", "d_model", "relative_depth"]
    table = table_checkpoints(make.pairs(2).assign(other=1)[columns], make.labels(2))
    blocks = ["blocks", "d_model", "boundary", "last_block", "late_blocks", "relative_depth"]
    assert list(table.columns) == ["family", "base", "tuned", *blocks]
    assert list(table["family"]) == list(make.labels(2).values())


def test_the_late_stack_is_the_boundary_to_the_last_block_of_each_family(make):
    pairs = make.pairs(2).assign(blocks=[32, 64], boundary=[19, 38])
    table = table_checkpoints(pairs, make.labels(2))
    assert table[["boundary", "last_block", "late_blocks"]].values.tolist() == [[19, 31, 13], [38, 63, 26]]


@pytest.mark.parametrize("table", [table_balanced, table_readouts, table_positions])
def test_an_empty_table_names_table_and_remedy(make, table):
    name = table.__name__.replace("_", " ")
    with pytest.raises(TableError, match=rf"{name}: the table has no rows; make the estimates"):
        table(make.effects(1).iloc[:0], make.labels(1))


def test_other_empty_tables_name_table_and_remedy(make):
    with pytest.raises(TableError, match=r"table events: the table has no rows; count the events .*count_events"):
        table_events(make.event_counts(1).iloc[:0], make.labels(1))
    with pytest.raises(TableError, match=r"table checkpoints: the table lacks the columns \['tuned'\]"):
        table_checkpoints(make.pairs(1).drop(columns="tuned"), make.labels(1))


def test_every_specification_fits_its_table(make):
    effects, labels = make.effects(2), make.labels(2)
    made = {
        "checkpoints": table_checkpoints(make.pairs(2), labels), "balanced": table_balanced(effects, labels),
        "events": table_events(make.event_counts(2), labels), "readouts": table_readouts(effects, labels),
        "positions": table_positions(effects, labels), "scorecard": table_scorecard(make.comparison()),
        "coverage": table_coverage(make.comparison()),
    }  # fmt: skip
    for name, table in made.items():
        spec = importlib.import_module(all_shown("table")[name].module).SPEC
        assert {column.name for column in spec.columns} <= set(table.columns), name
