"""Effects at equal boundary margins: planted worlds, another route, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.commitment.equal_margins import regress_on_commitment
from crosspatch.records.estimates import COLUMNS
from crosspatch.statistics.plan import Plan

PLAN = Plan("commitment_regression", seed=3, draws=300, level=0.9)
BY_EFFECT = ["effect", "precision"]


@pytest.fixture
def make_world(make_cells):
    """Return a function that makes cells and boundary margins of a pair; an event is (base margin, tuned margin,
    portable, matched).
    """

    def make(pair, events):
        prompts = [f"p{place:03d}" for place in range(len(events))]
        cells = make_cells(
            [
                {"prompt_id": name, "margins": (1.0, 1.0 + portable, 2.0, 2.0 + matched)}
                for name, (_, _, portable, matched) in zip(prompts, events, strict=True)
            ],
            pair,
        )
        view = {"pair": pair, "step": 0, "quantity": "boundary_margin", "readout": "common_tuned"}
        rows = [
            {**view, "prompt_id": name, "arm": side, "precision": precision, "value": value}
            for name, event in zip(prompts, events, strict=True)
            for side, value in zip(("base", "tuned"), event[:2], strict=True)
            for precision in ("float32", "checkpoint")
        ]
        return cells, pd.DataFrame(rows)

    return make


def linear_events(count, seed, *, slope, upstream, start, gap=0.0):
    """Events whose late effect is start + slope * margin, and `upstream` more from the tuned state."""
    rng = np.random.default_rng(seed)
    base = rng.normal(-1, 2, count)
    tuned = rng.normal(1 + gap, 2, count)
    late = [start + slope * base, start + slope * tuned + upstream]
    return list(zip(base, tuned, *late, strict=True))


def primary(rows, scope, method="prompt"):
    chosen = (rows["scope"] == scope) & (rows["precision"] == "float32") & (rows["method"] == method)
    return rows[chosen].set_index("effect")


def test_a_commitment_that_explains_everything_leaves_nothing_at_equal_margins(make_world):
    tables = {"one": make_world("one", linear_events(60, 1, slope=0.8, upstream=0.0, start=2.0))}
    cells, _ = tables["one"]
    rows = primary(regress_on_commitment(tables, ["one"], PLAN), "one")
    margins = cells.pivot_table(index="prompt_id", columns=["upstream", "late"], values="margin_float32").mean()
    interaction = margins["tuned", "tuned"] - margins["tuned", "base"] - margins["base", "tuned"]
    assert interaction + margins["base", "base"] > 1.0  # there is an interaction to explain
    np.testing.assert_allclose(rows[["value", "low", "high"]].to_numpy(), 0.0, atol=1e-6)


def test_planted_coefficients_are_found_over_families_of_different_levels(make_world):
    tables = {
        name: make_world(name, linear_events(count, count, slope=0.5, upstream=1.75, start=start))
        for name, count, start in (("one", 30, -4.0), ("two", 50, 0.0), ("three", 41, 9.0))
    }
    rows = regress_on_commitment(tables, ["one", "two"], PLAN)
    assert list(rows.columns) == list(COLUMNS)
    assert set(rows["scope"]) == {
        *("one", "two", "three", "balanced", "balanced without one", "balanced without two"),
    }
    for scope in set(rows["scope"]):
        np.testing.assert_allclose(primary(rows, scope)[["value", "low", "high"]].to_numpy(), 1.75, rtol=1e-5)
    counts = primary(rows, "balanced").loc["upstream_coefficient", ["n_events", "n_prompts", "n_pairs"]]
    assert counts.tolist() == [80, 50, 2]


def noisy(make_world, count, seed):
    rng = np.random.default_rng(seed)
    events = rng.normal([-1.0, 1.5, 2.0, 4.0], [2.0, 2.0, 1.0, 1.0], (count, 4))
    events[:, 2:] += 0.4 * events[:, :2]
    return make_world(f"pair{seed}", events), events


def explicit(families):
    """Second route: rows and dummies written out, each family's rows with weight 1 / their number."""
    design, outcome, scale = [], [], []
    for place, rows in enumerate(families):
        own = np.zeros((len(rows), len(families)))
        own[:, place] = 1
        design.append(np.hstack([own, rows[:, :-1]]))
        outcome.append(rows[:, -1])
        scale.append(np.full(len(rows), len(rows) ** -0.5))
    scale = np.concatenate(scale)
    return np.linalg.lstsq(scale[:, None] * np.vstack(design), scale * np.concatenate(outcome), rcond=None)[0]


def state_rows(events):
    base, tuned = np.zeros((len(events), 3)), np.ones((len(events), 3))
    base[:, 0], base[:, 2] = events[:, 0], events[:, 2]
    tuned[:, 0], tuned[:, 2] = events[:, 1], events[:, 3]
    return np.vstack([base, tuned])


def overlapping(rows):
    low = max(rows[rows[:, 1] == side, 0].min() for side in (0, 1))
    high = min(rows[rows[:, 1] == side, 0].max() for side in (0, 1))
    return rows[(rows[:, 0] >= low) & (rows[:, 0] <= high)]


def test_every_estimate_is_that_of_the_written_out_design(make_world):
    made = {f"pair{seed}": noisy(make_world, count, seed) for seed, count in ((1, 40), (2, 25))}
    tables = {name: tables for name, (tables, _) in made.items()}
    events = [events for _, events in made.values()]
    rows = regress_on_commitment(tables, list(tables), PLAN)
    found = primary(rows, "balanced")["value"]
    states = [state_rows(own) for own in events]
    assert found["upstream_coefficient"] == pytest.approx(explicit(states)[-1])
    assert found["upstream_coefficient_overlap"] == pytest.approx(explicit([overlapping(own) for own in states])[-1])
    pairs = [np.stack([own[:, 1] - own[:, 0], own[:, 3] - own[:, 2]], -1) for own in events]
    assert found["interaction_at_equal_margins"] == pytest.approx(explicit(pairs)[:2].mean())
    for name, own in zip(tables, events, strict=True):
        one = primary(rows, name)["value"]
        assert one["upstream_coefficient"] == pytest.approx(explicit([state_rows(own)])[-1])
        line = np.polyfit(own[:, 1] - own[:, 0], own[:, 3] - own[:, 2], 1)
        assert one["interaction_at_equal_margins"] == pytest.approx(line[1])


def test_intervals_are_those_of_regressions_on_resampled_prompts(make_world):
    tables, events = noisy(make_world, 60, 7)
    plan = Plan("commitment_regression", seed=3, draws=4000, level=0.9)
    rows = primary(regress_on_commitment({"pair7": tables}, ["pair7"], plan), "pair7")
    rng = np.random.default_rng(11)
    drawn = []
    for _ in range(1500):
        some = events[rng.integers(0, len(events), len(events))]
        line = np.polyfit(some[:, 1] - some[:, 0], some[:, 3] - some[:, 2], 1)
        drawn.append((explicit([state_rows(some)])[-1], line[1]))
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
    for place, effect in enumerate(("upstream_coefficient", "interaction_at_equal_margins")):
        width = high[place] - low[place]
        assert rows.loc[effect, "low"] == pytest.approx(low[place], abs=0.1 * width)
        assert rows.loc[effect, "high"] == pytest.approx(high[place], abs=0.1 * width)
        assert rows.loc[effect, "draws"] == 4000


def test_families_without_overlap_have_no_coefficient_and_do_not_count(make_world):
    apart = [(-5.0 - place, 5.0 + place, 1.0, 2.0 + place) for place in range(6)]
    tables = {"apart": make_world("apart", apart)}
    tables["near"] = make_world("near", linear_events(20, 2, slope=0.5, upstream=1.0, start=0.0))
    rows = regress_on_commitment(tables, list(tables), PLAN)
    assert set(primary(rows, "apart").index) == {"upstream_coefficient", "interaction_at_equal_margins"}
    mean = primary(rows, "balanced").loc["upstream_coefficient_overlap"]
    assert mean["value"] == pytest.approx(1.0, rel=1e-6)
    assert mean["n_pairs"] == 1


def test_one_prompt_has_no_interval(make_world):
    rows = regress_on_commitment({"one": make_world("one", [(0.0, 1.0, 1.0, 2.0)])}, ["one"], PLAN)
    assert rows["low"].isna().all()
    assert rows["draws"].isna().all()


def test_rows_fit_the_table(make_world, tmp_path):
    from crosspatch.files.tables import read_table, write_table

    tables = {"one": make_world("one", linear_events(10, 1, slope=1.0, upstream=1.0, start=0.0))}
    write_table(regress_on_commitment(tables, ["one"], PLAN), tmp_path / "t.parquet", "estimates")
    assert len(read_table(tmp_path / "t.parquet", "estimates")) == 2 * 3 * 2 * 3  # scopes, schemes, precisions, effects


def test_an_event_without_a_boundary_margin_is_named(make_world):
    cells, margins = make_world("one", linear_events(5, 1, slope=1.0, upstream=1.0, start=0.0))
    lacking = margins[~((margins["prompt_id"] == "p003") & (margins["arm"] == "tuned"))]
    with pytest.raises(MeasurementError, match=r"pair 'one', prompt 'p003': no boundary margin of the tuned state"):
        regress_on_commitment({"one": (cells, lacking)}, ["one"], PLAN)
