"""The contrast of descendants: planted differences come out, and what differs besides is adjusted for."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import ConfigError, MeasurementError
from crosspatch.experiments.descendants.contrast_descendants import main
from crosspatch.experiments.descendants.matched_contrast import contrast
from crosspatch.experiments.descendants.slices import arms_by_prompts
from crosspatch.experiments.descendants.table_contrast import SPEC, table_contrast
from crosspatch.figures.rendering import render

CELLS = [("base", "base"), ("base", "tuned"), ("tuned", "base"), ("tuned", "tuned")]
CATEGORIES = {"format": 0.0, "facts": 3.0}
"""Planted effect of the category of a prompt on the interaction, whoever was trained for what."""


def tables(pair, interactions):
    """Cells and events of a descendant, of whose prompts {prompt id: (category, interaction)} are known."""
    cells, events = [], []
    for place, (prompt, (category, interaction)) in enumerate(interactions.items()):
        known = {"pair": pair, "prompt_id": prompt, "category": category, "template": f"{category}{place % 3}"}
        tokens = {"base_token": 3 + place % 4, "tuned_token": 9, "step": place % 7}
        events.append(known | tokens | {"tuned_class": ("content", "format")[place % 2], "source": "world"})
        for upstream, late in CELLS:
            margin = interaction * (upstream == late == "tuned") + 0.5 * (late == "tuned")
            sides = {"upstream": upstream, "late": late, "readout": "common_tuned", "consistent": True}
            margins = {"margin_float32": margin, "margin_checkpoint": margin}
            cells.append(known | tokens | sides | margins | {"arm": "instructions"})
    return pd.DataFrame(cells), pd.DataFrame(events)


def planted(lift, count, *, noise=0.0, facts=0.5, seed=0):
    """Prompts whose interaction is `lift` more than their category gives; a share of them ask for facts."""
    rng = np.random.default_rng(seed)
    words = ["facts" if place < facts * count else "format" for place in range(count)]
    return {f"p{place}": (word, CATEGORIES[word] + lift + noise * rng.normal()) for place, word in enumerate(words)}


def value(rows, arm, method="prompt"):
    return rows[(rows["arm"] == arm) & (rows["method"] == method) & (rows["precision"] == "float32")].iloc[0]


def test_a_planted_difference_is_found_without_and_with_adjustment():
    own = {"sft": planted(1.25, 30, noise=0.01, seed=1), "math": planted(0.0, 30, noise=0.01)}
    found = contrast({pair: tables(pair, given) for pair, given in own.items()}, ["math"], 0.95)
    for arm in ("unadjusted", "adjusted"):
        assert value(found, arm)["value"] == pytest.approx(1.25, abs=0.02)
    assert set(found["n_pairs"]) == {2}
    assert set(found["n_prompts"]) == {30}
    assert set(found["n_events"]) == {60}


def test_what_differs_between_the_groups_besides_is_adjusted_for():
    own = {
        "sft": planted(1.25, 40, facts=0.75, noise=0.01, seed=1),
        "math": planted(0.0, 40, facts=0.25, noise=0.01),
    }
    found = contrast({pair: tables(pair, given) for pair, given in own.items()}, ["math"], 0.95)
    assert value(found, "unadjusted")["value"] == pytest.approx(1.25 + 3.0 * 0.5, abs=0.02)
    assert value(found, "adjusted")["value"] == pytest.approx(1.25, abs=0.02)


def test_intervals_by_prompts_are_those_of_a_bootstrap_over_prompts():
    own = {"sft": planted(1.0, 200, noise=1.0, seed=1), "math": planted(0.0, 200, noise=1.0, seed=2)}
    found = value(contrast({pair: tables(pair, given) for pair, given in own.items()}, ["math"], 0.95), "unadjusted")
    sft, math = (np.array([number for _, number in given.values()]) for given in own.values())
    rng = np.random.default_rng(3)
    drawn = [(sft[rows] - math[rows]).mean() for rows in (rng.integers(0, 200, 200) for _ in range(4000))]
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=0.03)


def test_clusters_of_templates_and_of_tokens_have_intervals_of_their_own():
    own = {"sft": planted(1.0, 60, noise=1.0, seed=1), "math": planted(0.0, 60, noise=1.0, seed=2)}
    found = contrast({pair: tables(pair, given) for pair, given in own.items()}, ["math"], 0.95)
    assert value(found, "unadjusted", "cluster_template")["n_clusters"] == 6
    assert value(found, "adjusted", "cluster_tokens")["n_clusters"] == 8
    assert np.isnan(value(found, "adjusted", "cluster_template")["low"])  # six clusters, seven coefficients
    assert found.groupby("arm")["low"].nunique().to_dict() == {"adjusted": 2, "unadjusted": 3}
    written = render(table_contrast(found), SPEC)["markdown"]
    assert written.count("common tuned") >= 1


def test_a_group_without_an_event_is_refused():
    own = {"sft": tables("sft", planted(1.0, 9)), "math": (tables("math", planted(0.0, 1))[0].iloc[:0], pd.DataFrame())}
    with pytest.raises(MeasurementError, match=r"no event of the descendants among the others \(of \['math', 'sft'\]"):
        contrast(own, ["math"], 0.95)


def test_groups_of_prompts_are_by_category_or_source():
    cells, events = tables("sft", planted(0.0, 8))
    events["source"] = ["gsm8k"] * 2 + ["ifeval"] * 6
    arms = arms_by_prompts(cells.drop(columns="arm"), events, {"facts": ["facts"], "both": ["format", "gsm8k"]})
    held = {arm: sorted(rows["prompt_id"].unique()) for arm, rows in arms.groupby("arm")}
    assert held == {"facts": ["p0", "p1", "p2", "p3"], "both": ["p0", "p1", "p4", "p5", "p6", "p7"]}


def test_a_word_that_no_prompt_has_is_refused():
    cells, events = tables("sft", planted(0.0, 8))
    with pytest.raises(
        ConfigError, match=r"groups/some names 'maths', which no prompt is of; known are \['facts', 'fo"
    ):
        arms_by_prompts(cells.drop(columns="arm"), events, {"some": ["maths"]})


def test_others_are_extra_pairs_of_the_study(tmp_path):
    given = {"arms": [], "events": [], "estimates": tmp_path / "e.parquet", "statistics": {"level": 0.95}}
    settings = {"group": "instructions", "others": ["sft"]}
    with pytest.raises(ConfigError, match=r"contrast/others names 'sft', which is none of the study's extra pairs"):
        main(**given, pairs=["sft", "math"], instructed=["sft"], settings=settings, provenance={})
