"""Laws of the factorial that hold whatever the weights are, on the real engine, for every architecture and dtype."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import load_file, save_file

COMMON = ("common_tuned", "common_base")
READOUTS = (*COMMON, "native")
MARGINS = ("margin_float32", "margin_checkpoint")
EVERY_MARGIN = list(itertools.product(READOUTS, MARGINS))
WEIGHTS = "model.safetensors"
ONE_BY_ONE = {"plan": "exact", "tokens": 1}
ALL_TOGETHER = {"plan": "padded", "tokens": 10_000}


@pytest.fixture(scope="module")
def cells(pair, measure):
    """Cells of the pair as it is."""
    return measure(pair.folders, pair.events, pair.boundary)


@pytest.fixture
def graft(tmp_path):
    """Return a function that copies a checkpoint with one half of its tensors taken from another."""

    def is_late(name, boundary):
        block = re.search(r"(?<!encoder)\.layers\.(\d+)\.", name)
        return block is not None and int(block[1]) >= boundary

    def is_upstream(name, boundary):
        block = re.search(r"(?<!encoder)\.layers\.(\d+)\.", name)
        return "embed_tokens" in name or (block is not None and int(block[1]) < boundary)

    def grafted(folder, donor, half, boundary):
        chosen = {"late": is_late, "upstream": is_upstream}[half]
        for path in folder.iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        given, own = load_file(donor / WEIGHTS), load_file(folder / WEIGHTS)
        mixed = {name: given[name] if chosen(name, boundary) else own[name] for name in own}
        assert any(chosen(name, boundary) for name in own)
        save_file(mixed, tmp_path / WEIGHTS, metadata={"format": "pt"})
        return tmp_path

    return grafted


def keyed(cells):
    """Cells in an order that does not depend on the order of events."""
    return cells.set_index(["prompt_id", "readout", "upstream", "late"]).sort_index()


def test_the_pair_has_effects_to_speak_of(cells, effects_of):
    for effect, values in effects_of(cells).items():
        assert np.abs(values).max() > 0.01, effect


def test_equal_late_stacks_have_no_late_effect_at_all(pair, measure, graft, effects_of):
    tuned = graft(pair.folders["tuned"], pair.folders["base"], "late", pair.boundary)
    cells = measure({"base": pair.folders["base"], "tuned": tuned}, pair.events, pair.boundary)
    for readout, margin in itertools.product(COMMON, MARGINS):
        effects = effects_of(cells, readout, margin)
        for effect in ("portable", "matched", "interaction", "late_main"):
            assert not effects[effect].any(), (effect, readout, margin)
        assert np.count_nonzero(effects["upstream_main"]) > len(pair.usable) / 2  # two coarse margins may be equal


def test_equal_upstreams_have_no_interaction_at_all(pair, measure, graft, effects_of):
    tuned = graft(pair.folders["tuned"], pair.folders["base"], "upstream", pair.boundary)
    cells = measure({"base": pair.folders["base"], "tuned": tuned}, pair.events, pair.boundary)
    for readout, margin in EVERY_MARGIN:
        effects = effects_of(cells, readout, margin)
        assert not effects["interaction"].any(), (readout, margin)
        assert not effects["upstream_main"].any(), (readout, margin)
        assert np.count_nonzero(effects["late_main"]) > len(pair.usable) / 2
    assert not cells["donor_distance"].any()


def test_exchanging_the_two_tokens_flips_the_sign_of_every_margin(pair, cells, measure):
    labels = {"base_token": "tuned_token", "tuned_token": "base_token"}
    swapped = keyed(measure(pair.folders, pair.events.rename(columns=labels), pair.boundary))
    kept = keyed(cells)
    for margin in MARGINS:
        pd.testing.assert_series_equal(swapped[margin], -kept[margin], check_exact=True)
    for one, other in (("base_logit", "tuned_logit"), ("base_rank", "tuned_rank")):
        assert (swapped[one] == kept[other]).all()


def test_upstream_and_late_may_exchange_roles(cells, effects_of):
    exchanged = cells.rename(columns={"upstream": "late", "late": "upstream"})
    for readout, margin in EVERY_MARGIN:
        kept, other = effects_of(cells, readout, margin), effects_of(exchanged, readout, margin)
        np.testing.assert_array_equal(other["interaction"], kept["interaction"])
        np.testing.assert_array_equal(other["late_main"], kept["upstream_main"])


def test_base_and_tuned_may_exchange_roles(pair, cells, measure, effects_of):
    folders = {"base": pair.folders["tuned"], "tuned": pair.folders["base"]}
    exchanged = measure(folders, pair.events, pair.boundary)
    for margin, (readout, other) in itertools.product(MARGINS, (COMMON, COMMON[::-1])):
        kept, mirrored = effects_of(cells, readout, margin), effects_of(exchanged, other, margin)
        np.testing.assert_array_equal(mirrored["interaction"], kept["interaction"])
        np.testing.assert_array_equal(mirrored["portable"], -kept["matched"])


def test_cells_do_not_depend_on_batch_size_or_event_order(pair, cells, measure):
    assert pair.usable["context"].map(len).duplicated().any()  # else no two events could share a batch
    order = np.random.default_rng(0).permutation(len(pair.events))
    others = measure(pair.folders, pair.events.iloc[order], pair.boundary, ONE_BY_ONE)
    pd.testing.assert_frame_equal(keyed(others), keyed(cells), check_exact=True)


ROUNDING, SAME_TOP = {"float32": 1e-4, "bfloat16": 0.25}, {"float32": 1.0, "bfloat16": 0.8}


def test_the_padded_plan_agrees_to_rounding(pair, cells, measure):
    padded, exact = keyed(measure(pair.folders, pair.events, pair.boundary, ALL_TOGETHER)), keyed(cells)
    assert len({len(context) for context in pair.usable["context"]}) > 1
    for column in ("base_logit", "tuned_logit", *MARGINS, "entropy", "donor_distance"):
        np.testing.assert_allclose(padded[column], exact[column], atol=ROUNDING[pair.dtype], rtol=1e-5, err_msg=column)
    assert (padded["top_token"] == exact["top_token"]).mean() >= SAME_TOP[pair.dtype]
