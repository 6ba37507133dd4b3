"""The figures and the table of updates hold the numbers of their table, each where it belongs."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.updates.draw_along_training import draw_along_training
from crosspatch.experiments.updates.draw_updates import draw_updates
from crosspatch.experiments.updates.pair_updates import mean_mark
from crosspatch.experiments.updates.rank_relations import rank_relations
from crosspatch.experiments.updates.table_relations import SPEC as RELATIONS_SPEC
from crosspatch.experiments.updates.table_relations import table_relations
from crosspatch.experiments.updates.table_updates import SPEC, table_updates
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS, MUTED

EFFECTS = ("portable", "matched", "interaction", "native_shift", "interaction_share")
OTHERS = ("event_share", "exam", "weight_change", "weight_change_upstream", "weight_change_late")
PAIRS = {  # run, step, is_null
    "early": ("Tuned", 5, False),
    "middle": ("Tuned", 20, False),
    "whole": ("Tuned", 80, False),
    "other": (None, 80, False),
    "twin_early": ("Twin", 10, True),
    "twin": ("Twin", 80, True),
}


def planted():
    rows = []
    for place, (pair, (run, step, is_null)) in enumerate(PAIRS.items()):
        known = {"pair": pair, "label": pair.title(), "training": f"{step} steps", "is_null": is_null, "run": run}
        known |= {"step": step, "n_events": 30 + place}
        for column, effect in enumerate(EFFECTS):
            value = 0.1 * place + column
            rows.append(
                {**known, "quantity": effect, "value": value, "low": value - 0.3, "high": value + 0.2, "level": 0.9}
            )
        for column, quantity in enumerate(OTHERS):
            if not (quantity == "exam" and is_null):
                rows.append({**known, "quantity": quantity, "value": 0.05 * place + 0.1 * column + 0.01})
    return pd.DataFrame(rows)


def value_of(table, pair, quantity):
    return table[(table["pair"] == pair) & (table["quantity"] == quantity)]["value"].item()


def test_every_step_stands_at_its_place_with_its_interval(see):
    table = planted()
    panels = dict(zip("ABCDE", draw_along_training(table).figure.axes, strict=True))
    for pair, (run, step, is_null) in PAIRS.items():
        if run is None:
            continue
        own = table[table["pair"] == pair].set_index("quantity")
        for panel, quantities in (("A", ["interaction"] if is_null else EFFECTS[:3]), ("B", ["interaction_share"])):
            for quantity in quantities:
                assert see.place(panels[panel], "y", own.loc[quantity]) == step
        dots = see.dots(panels["C"])
        assert (step, own.loc["event_share", "value"]) in {(x, y) for x, y in zip(dots["x"], dots["y"], strict=True)}


def test_what_had_no_instructions_is_grey_and_sat_no_exam(see):
    *_, exam, _ = draw_along_training(planted()).figure.axes
    assert set(see.dots(exam)["colour"]) == {COLOURS["tuned"]}
    first, *_ = draw_along_training(planted()).figure.axes
    assert (see.dots(first)["colour"] == MUTED.upper()).sum() == 2


def test_a_study_without_steps_has_no_such_figure():
    table = planted().assign(run=None)
    with pytest.raises(TableError, match="figure along_training: the table has no rows; name pairs whose tuned"):
        draw_along_training(table)


def test_every_pair_stands_at_what_it_learned_and_at_the_size_of_its_update(see):
    table = planted()
    panels = draw_updates(table).figure.axes
    for axes, cause, outcome in zip(
        panels, ("exam", "weight_change") * 2, ("interaction",) * 2 + ("interaction_share",) * 2, strict=True
    ):
        dots = see.dots(axes)
        pairs = [pair for pair, (_, _, is_null) in PAIRS.items() if not (cause == "exam" and is_null)]
        expected = sorted((value_of(table, pair, cause), value_of(table, pair, outcome)) for pair in pairs)
        np.testing.assert_allclose(sorted(zip(dots["x"], dots["y"], strict=True)), expected)
        assert (dots["colour"] == MUTED.upper()).sum() == (0 if cause == "exam" else 2)


def test_the_table_has_a_row_per_pair_with_null_pairs_last():
    table = planted()
    shuffled = pd.concat([table[table["is_null"]], table[~table["is_null"]]])
    rows = table_updates(shuffled)
    assert list(rows["label"][-2:]) == ["Twin_Early", "Twin"]
    assert rows.loc[rows["label"] == "Whole", "exam"].item() == value_of(table, "whole", "exam")
    assert "2.20 [1.90, 2.40]" in render(rows, SPEC)["markdown"]


def test_a_mark_is_the_mean_over_categories_in_raw_mode():
    assert mean_mark({"raw": {"facts": 0.5, "safety": 1.0}, "chat": {"facts": 0.0, "safety": 0.0}}) == 0.75


def test_relations_stand_in_their_table_with_their_intervals():
    numbers = [{"pair": f"p{place}", "is_null": False, "n_events": 3} for place in range(6)]
    quantities = {"interaction": 1.0, "interaction_share": -1.0, "exam": 1.0, "weight_change": 1.0}
    rows = [
        {**row, "quantity": name, "value": sign * (place**2 if name == "exam" else place)}
        for place, row in enumerate(numbers)
        for name, sign in quantities.items()
    ]
    prompts = {row["pair"]: {"one", row["pair"]} for row in numbers}
    estimates = rank_relations(pd.DataFrame(rows), prompts, draws=50, level=0.9, seed=1)
    table = table_relations(estimates)
    first = table[(table["outcome"] == "interaction") & (table["arm"] == "exam")].iloc[0]
    assert (first["relation"], first["n_pairs"]) == (pytest.approx(1.0), 6)
    share = table[(table["outcome"] == "interaction / native shift") & (table["arm"] == "weight change")]
    assert share["relation"].item() == pytest.approx(-1.0)
    assert "1.00 [1.00, 1.00]" in render(table, RELATIONS_SPEC)["markdown"]
