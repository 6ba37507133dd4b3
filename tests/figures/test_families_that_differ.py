"""From measured tables of two families of 6 and 10 blocks to figures, tables and verdicts."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crosspatch.experiments.depth.boundaries import depth_arms, relative_depths, swept_boundaries, values_by_boundary
from crosspatch.experiments.depth.draw_depth import draw_depth
from crosspatch.experiments.depth.draw_distances import PLACES, draw_distances
from crosspatch.experiments.depth.table_depth import table_depth
from crosspatch.experiments.verdicts.judging import judge
from crosspatch.experiments.verdicts.questions import as_questions
from crosspatch.records.arms import REFERENCE
from crosspatch.statistics.arms import estimate_arms
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of
from crosspatch.statistics.values import estimate_values
from crosspatch.workflow.ideas import questions_to

LABELS = {"shallow": "Shallow", "deep": "Deep"}
BLOCKS = {"shallow": 6, "deep": 10}
REGISTERED = {"shallow": 3, "deep": 6}
SWEPT = {"shallow": [1, 3, 5], "deep": [1, 3, 5, 6, 7, 9]}
SIDES = ("base", "tuned")
PLAN = Plan("depth", seed=1, draws=50, level=0.9)


def events_of(pair):
    """Events of a family; in the shallow one all are at the first token."""
    steps = [float(place * (pair == "deep")) for place in range(8)]
    return pd.DataFrame({"pair": pair, "prompt_id": [f"p{place}" for place in range(8)], "step": steps})


def cells_of(pair, arms, rng):
    about = {"category": "facts", "template": "t", "base_token": 1, "tuned_token": 2, "consistent": True}
    rows = [
        {**about, "arm": arm, "upstream": upstream, "late": late, "readout": "common_tuned", **event}
        for event in events_of(pair).astype({"step": int}).to_dict("records")
        for arm in (REFERENCE, *arms)
        for upstream, late in itertools.product(SIDES, SIDES)
    ]
    margins = rng.normal(1.0, 2.0, len(rows))
    return pd.DataFrame(rows).assign(margin_float32=margins, margin_checkpoint=margins)


def distances_of(pair, arms, rng):
    quantities = [name for name in PLACES if pair == "deep" or not name.startswith("continuation")]
    measured = events_of(pair).drop(columns="pair").merge(pd.DataFrame({"boundary": SWEPT[pair]}), how="cross")
    measured = measured.merge(pd.DataFrame({"quantity": quantities}), how="cross")
    return values_by_boundary(measured.assign(value=rng.random(len(measured)) * BLOCKS[pair]), pair, arms)


@pytest.fixture(scope="module")
def estimates():
    """Return the estimates of depth and of distances, as the stages make them."""
    rng, pairs = np.random.default_rng(0), list(LABELS)
    swept = {pair: swept_boundaries(BLOCKS[pair], REGISTERED[pair], stride=2, terminal=[1]) for pair in pairs}
    assert swept == SWEPT
    arms = {pair: depth_arms(swept[pair], BLOCKS[pair], [1]) for pair in pairs}
    cells = {pair: cells_of(pair, arms[pair], rng) for pair in pairs}
    depths = {pair: relative_depths(events_of(pair), arms[pair], BLOCKS[pair], REGISTERED[pair]) for pair in pairs}
    clusters = {pair: clusters_of(cells[pair]) for pair in pairs}
    parts = [estimate_arms(cells, pairs, PLAN), estimate_values(depths, clusters, pairs, PLAN)]
    depth = pd.concat(parts, ignore_index=True)
    distances = {pair: distances_of(pair, arms[pair], rng) for pair in pairs}
    return depth, estimate_values(distances, clusters, pairs, PLAN)


def test_a_family_has_estimates_of_its_own_boundaries_only(estimates):
    for table in estimates:
        for pair in LABELS:
            own = table.loc[(table["scope"] == pair) & table["arm"].str.startswith("boundary "), "arm"].unique()
            assert sorted(own) == [f"boundary {boundary}" for boundary in SWEPT[pair]]
        assert table["n_events"].gt(0).all()
        assert table["n_pairs"].gt(0).all()
        assert table["value"].notna().all()


def test_the_curve_of_a_family_is_over_its_own_boundaries(estimates, see):
    depth, distances = estimates
    figures = [draw_depth(depth, LABELS).figure, draw_distances(distances, depth, LABELS).figure]
    for figure in figures:
        curves = [[line for line in axes.lines if line.get_marker() == "."] for axes in figure.axes]
        for swept, blocks, lines in zip(SWEPT.values(), BLOCKS.values(), curves, strict=False):
            for line in lines:
                assert list(line.get_xdata()) == pytest.approx([boundary / blocks for boundary in swept])
        assert len(curves[-1]) == 3
        for mean in curves[-1]:
            assert mean.get_xdata()[0] == pytest.approx((1 / 6 + 1 / 10) / 2)
            assert len(mean.get_xdata()) == 9
            assert np.isfinite(mean.get_ydata()).all()
        top = figure.axes[0].get_ylim()[1]  # of all panels, whichever family is the highest
        assert all(max(line.get_ydata()) < top for line in see.all_with(figure, "line ").values())


def test_what_one_family_lacks_is_no_mean_of_both(estimates, see):
    depth, distances = estimates
    figure = draw_distances(distances, depth, LABELS).figure
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["Shallow\nn = 8 / 0 / 8", "Deep\nn = 8 / 8 / 8", "Mean of 2 families\nn = 16 / 8 (1 of 2) / 16"]
    assert not see.all_with(figure, "line continuation_relative_distance shallow")
    drawn = draw_depth(depth, LABELS).drawn
    means = drawn[drawn["scope"] == "balanced"].drop_duplicates("arm").set_index("arm")["label"]
    assert means["boundary 3"] == means["depth 0.5"] == means["last 1 block"] == "Mean of 2 families"
    assert means["boundary 9"] == "Mean of 1 of 2 families"


def test_the_table_has_the_last_blocks_of_every_family(estimates):
    table = table_depth(estimates[0], LABELS)
    assert table["late"].tolist() == ["registered", "last 1 block"] * 3
    assert table["family"].unique().tolist() == ["Shallow", "Deep", "Mean of 2 families"]
    assert table["relative_depth"].tolist() == pytest.approx([3 / 6, 5 / 6, 0.6, 0.9, 0.55, (5 / 6 + 0.9) / 2])
    assert table["n_events"].tolist() == [8, 8, 8, 8, 16, 16]


def test_questions_of_depth_are_answered_by_both_families(estimates):
    depth = estimates[0]
    headline = depth[(depth["arm"] == REFERENCE) & (depth["effect"] == "interaction")]
    asked = [question for question in as_questions(questions_to(["depth"])) if question.control == "depth"]
    verdicts = judge(asked, pd.concat([headline.assign(control="headline", arm="all"), depth]), list(LABELS))
    assert verdicts["n_families"].tolist() == [2, 2]
    assert verdicts["n_events"].tolist() == [16, 16]
