"""Gates: what they measure, and that a descendant that fails one is refused with its numbers."""

import numpy as np
import pytest
import torch

from crosspatch.errors import CheckpointError
from crosspatch.experiments.stages import check_descendant, gates
from crosspatch.experiments.stages.check_descendant import check_gates
from crosspatch.experiments.stages.gates import (
    degenerate_share,
    gate_rows,
    loss_improvement,
    marks_lost,
    merge_differences,
)
from crosspatch.files.tables import read_table, write_table
from crosspatch.models.decoding import Continuation

BARS = {"domain_loss": 0.01, "degenerate": 0.0, "reward_margin": 1.0, "exam_marks": 0.03}


def rows(**values):
    return gate_rows("child", values, BARS)


def test_a_bar_is_a_least_or_a_most_and_reaching_it_is_enough():
    found = rows(domain_loss=0.01, degenerate=0.0, reward_margin=0.5, exam_marks=0.04)
    assert found["passed"].tolist() == [True, True, False, False]
    assert found["least"].notna().tolist() == [True, False, True, False]
    assert found["most"].notna().tolist() == [False, True, False, True]


def test_who_passes_is_not_refused():
    check_gates(rows(domain_loss=0.2, degenerate=0.0, reward_margin=3.0, exam_marks=-0.1))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"domain_loss": -0.25},
            "checkpoint 'child' is refused: its domain_loss is -0.25, the recipe asks for at least 0.01; change how it",
        ),
        (
            {"reward_margin": 0.5, "degenerate": 0.125},
            "its reward_margin is 0.5, the recipe asks for at least 1; its degenerate is 0.125, the recipe asks",
        ),
        ({"exam_marks": float("nan")}, "its exam_marks is nan, the recipe asks for at most 0.03"),
    ],
)
def test_who_fails_is_refused_with_gate_value_and_bar(values, message):
    with pytest.raises(CheckpointError, match=message):
        check_gates(rows(**values))


def test_the_table_stays_and_nothing_is_written_that_says_passed(tmp_path):
    table, passed = tmp_path / "gates.parquet", tmp_path / "passed.json"
    write_table(rows(domain_loss=0.0), table, "gates")
    with pytest.raises(CheckpointError, match="its domain_loss is 0, the recipe asks for at least"):
        check_descendant.main(gates=table, passed=passed, provenance={})
    assert not passed.exists()
    assert read_table(table, "gates")["value"].tolist() == [0.0]
    write_table(rows(domain_loss=0.5), table, "gates")
    check_descendant.main(gates=table, passed=passed, provenance={})
    assert '"domain_loss": 0.5' in passed.read_text()


def test_marks_are_lost_in_the_mean_over_modes_and_categories():
    parent = {"raw": {"facts": 1.0, "format": 0.5}, "chat": {"facts": 0.5, "format": 0.0}}
    child = {"raw": {"facts": 0.5, "format": 0.5}, "chat": {"facts": 0.5, "format": 0.25}}
    assert marks_lost(parent, child) == pytest.approx(0.0625)
    assert marks_lost(child, parent) == pytest.approx(-0.0625)


def test_the_improvement_is_relative_to_the_parent(make_model, monkeypatch):
    parent, child = make_model("llama"), make_model("llama")
    monkeypatch.setattr(gates, "held_out_loss", lambda model, _: 2.0 if model is parent else 1.5)
    assert loss_improvement(parent, child, []) == pytest.approx(0.25)


def test_a_continuation_that_goes_round_in_circles_is_degenerate(make_model, tokenizer, monkeypatch):
    said = [
        Continuation([5, 6] * 32),
        Continuation(list(range(64))),
        Continuation([5] * 8, stop_reason="stop_token"),
        Continuation([*range(10)] * 6 + [1] * 4),  # ten of 64: more than .15
    ]
    monkeypatch.setattr(gates, "continue_greedily", lambda *_, **__: said)
    assert degenerate_share(make_model("llama"), ["Mira"] * 4, tokenizer) == 0.25


def test_merging_differs_by_what_it_changes_in_the_logits(make_model):
    one, other = make_model("llama"), make_model("llama")
    with torch.no_grad():
        other.get_output_embeddings().weight[3] += 0.5
    windows = torch.arange(16).view(2, 8)
    with torch.no_grad():
        left, right = (model(windows).logits for model in (one, other))
    found = merge_differences(one, other, windows)
    assert found["merge_logits"] == pytest.approx((left - right).abs().max().item())
    there, here = left.double().log_softmax(-1), right.double().log_softmax(-1)
    by_hand = sum(there.exp()[row].dot((there - here)[row]).item() for row in np.ndindex(2, 8)) / 16
    assert found["merge_kl"] == pytest.approx(by_hand)
    assert found["merge_top"] == (left.argmax(-1) == right.argmax(-1)).float().mean()
