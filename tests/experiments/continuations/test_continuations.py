"""Laws of continuations: the first token alone is the pair's own margin, and equal halves give none; a second route."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosspatch.errors import MeasurementError
from crosspatch.experiments.continuations.names import FIRST, LESS_SHUFFLED, SAME_FIRST, SHUFFLED_TAIL, TAIL, arm_of
from crosspatch.experiments.continuations.scores import _finite
from crosspatch.experiments.continuations.sum_continuations import arms_of
from crosspatch.measures.effects import CELLS, contrast_of_cells
from crosspatch.models.loading import Placement, load_model

CELL = ["prompt_id", "upstream", "late", "readout"]
PADDED = {"plan": "padded", "tokens": 256}


@pytest.fixture(params=["llama", "olmo2", "gemma3"])
def found(request, continued):
    return continued(request.param)


def of(arms, arm):
    own = arms[arms["arm"] == arm].set_index(CELL)["margin_float32"]
    assert len(own), arm
    return own


def test_the_first_token_alone_is_the_pairs_own_margin(found):
    """The normaliser of the softmax cancels."""
    own = found.cells.set_index(CELL)["margin_checkpoint"]
    first = of(found.arms, "0 tokens")
    np.testing.assert_allclose(first, own.loc[first.index], atol=2e-4)
    assert set(first.index.get_level_values(0)) == set(found.pair.usable["prompt_id"])


def test_a_whole_continuation_is_its_first_token_and_its_tail(found):
    for horizon in (1, 2, 4):
        whole, tail, first = (of(found.arms, arm_of(horizon, part)) for part in (None, TAIL, FIRST))
        assert list(whole.index) == list(tail.index) == list(first.index)
        np.testing.assert_allclose(whole, tail + first, atol=1e-9)
        everyone = of(found.arms, "0 tokens")
        np.testing.assert_allclose(first, everyone.loc[first.index], atol=1e-9)
        reached = (
            found.continuations[found.continuations["reach"] >= horizon].groupby("candidate")["prompt_id"].agg(set)
        )
        assert set(whole.index.get_level_values(0)) == reached["tuned"] & reached["base"]


def test_differences_of_tails(found):
    whole, shuffled = of(found.arms, arm_of(2)), of(found.arms, arm_of(2, SHUFFLED_TAIL))
    less = of(found.arms, arm_of(2, LESS_SHUFFLED))
    both = whole.index.intersection(shuffled.index)
    assert len(both)
    np.testing.assert_allclose((whole - shuffled).loc[both], less.loc[both], atol=1e-9)


def test_equal_late_stacks_or_upstreams_have_no_interaction_of_any_continuation(continued):
    """Scores of one late stack in the place of both, then of one upstream state."""
    made = continued("llama")
    for axis in ("late", "upstream"):
        one = made.scores[(made.scores[axis] == "base") & (made.scores["readout"] != "native")]
        same = pd.concat([one.assign(**{axis: side}) for side in ("base", "tuned")])
        arms = arms_of(made.cells, same, [0, 2])
        for arm in (arm_of(0), arm_of(2), arm_of(2, TAIL), arm_of(2, SAME_FIRST)):
            own = arms[arms["arm"] == arm]
            wide = own.pivot_table("margin_float32", ["prompt_id", "readout"], ["upstream", "late"])
            cells = wide[list(CELLS)].to_numpy()
            assert (contrast_of_cells(cells, "interaction") == 0).all()


def test_scores_of_the_whole_checkpoint_by_a_second_route(continued):
    """The diagonal cells are the checkpoint's own: ln p of every token from a plain pass over prompt and tokens."""
    made = continued("llama")
    known = made.continuations.set_index(["prompt_id", "candidate"])
    for side in ("base", "tuned"):
        model = load_model(made.pair.folders[side], Placement(device="cpu", dtype="checkpoint", attention="sdpa"))
        own = made.scores[
            (made.scores["upstream"] == side) & (made.scores["late"] == side) & (made.scores["readout"] == "native")
        ]
        assert set(own["candidate"]) == {"tuned", "base", "forced", "shuffled"}
        for row in own.itertuples():
            about = known.loc[(row.prompt_id, row.candidate)]
            context, tokens = [*about["context"]], [*about["tokens"]][: about["reach"] + 1]
            with torch.no_grad():
                said = model(torch.tensor([context + tokens])).logits[0].double().log_softmax(-1)
            places = range(len(context) - 1, len(context) - 1 + len(tokens))
            expected = [said[place, token].item() for place, token in zip(places, tokens, strict=True)]
            assert list(row.scores) == pytest.approx(expected, abs=2e-4), (row.prompt_id, row.candidate)


def test_batches_change_nothing_but_rounding(continued):
    exact, padded = continued("llama"), continued("llama", batches=PADDED)
    for horizon in (0, 4):
        one, other = (of(made.arms, arm_of(horizon)) for made in (exact, padded))
        np.testing.assert_allclose(one, other.loc[one.index], atol=2e-4)


def test_sums_by_hand():
    scores = pd.DataFrame([
        {"prompt_id": "p", "candidate": name, "upstream": up, "late": late, "readout": "common_tuned",
         "scores": [base + 10 * (up == "tuned"), base * 2, base * 3][:length]}
        for name, base, length in (("tuned", -1.0, 3), ("base", -2.0, 2), ("forced", -4.0, 3))
        for up, late in CELLS
    ])  # fmt: skip
    cells = pd.DataFrame([
        {"pair": "one", "prompt_id": "p", "category": "facts", "template": "raw", "step": 0, "base_token": 1,
         "tuned_token": 2, "consistent": True, "upstream": up, "late": late, "readout": "common_tuned",
         "margin_checkpoint": 0.0, "margin_float32": 0.0}
        for up, late in CELLS
    ])  # fmt: skip
    arms = arms_of(cells, scores, [0, 1, 2])
    assert set(arms["arm"]) == {
        "0 tokens", "1 token", "1 token, tail", "1 token, first token", "1 token, same first token",
        "2 tokens, same first token",
    }  # fmt: skip
    base = arms[(arms["upstream"] == "base") & (arms["late"] == "base")].set_index("arm")["margin_float32"]
    assert base.to_dict() == {
        "0 tokens": 1.0, "1 token": 3.0, "1 token, tail": 2.0, "1 token, first token": 1.0,
        "1 token, same first token": 6.0, "2 tokens, same first token": 15.0,
    }  # fmt: skip


def test_a_score_that_is_not_finite_names_its_continuation():
    row = {"prompt_id": "p", "candidate": "forced", "upstream": "base", "late": "tuned", "readout": "native"}
    message = (
        r"prompt 'p': ln p of the forced continuation \(base upstream, tuned late, native\) is \[-1.0, nan\]; check"
    )
    with pytest.raises(MeasurementError, match=message):
        _finite(pd.DataFrame([row | {"scores": [-1.0, float("nan")]}]))
