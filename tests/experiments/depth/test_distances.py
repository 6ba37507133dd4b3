"""Distances of the two sides' states: which positions each is over."""

import pandas as pd
import pytest
import torch

from crosspatch.experiments.depth.distances import measure_distances

WHERE = ("event", "continuation", "prompt")


def events(*rows):
    return pd.DataFrame(rows, columns=["prompt_id", "step", "n_prompt_tokens"])


def states(gaps):
    """States of width 2: base is (1, 0) everywhere; tuned has 1 + gap in its place."""
    base = torch.tensor([[1.0, 0.0]] * len(gaps))
    return {"base": {"a": base}, "tuned": {"a": base + torch.tensor(gaps)[:, None] * torch.tensor([1.0, 0.0])}}


def relative(table):
    rows = table[table["quantity"].str.endswith("relative_distance")]
    return {row.quantity.removesuffix("_relative_distance"): row.value for row in rows.itertuples()}


def expected(*gaps):
    return sum(gap / (1 + gap / 2) for gap in gaps) / len(gaps)


def test_prompt_continuation_and_event_are_told_apart():
    table = measure_distances({2: states([0.0, 1.0, 2.0, 4.0, 8.0])}, events(("a", 2, 3)))
    found = relative(table)
    assert found == pytest.approx(
        {"event": expected(8.0), "continuation": expected(4.0), "prompt": expected(0.0, 1.0, 2.0)}
    )
    assert set(table["boundary"]) == {2}
    cosines = table.loc[table["quantity"].str.endswith("cosine_distance"), "value"]
    assert cosines.tolist() == [0.0, 0.0, 0.0]  # one direction


def test_an_event_at_the_first_token_is_the_last_position_of_the_prompt():
    found = relative(measure_distances({1: states([1.0, 2.0, 8.0])}, events(("a", 0, 3))))
    assert found == pytest.approx({"event": expected(8.0), "prompt": expected(1.0, 2.0)})


def test_an_event_after_one_token_has_no_earlier_position_in_the_continuation():
    found = relative(measure_distances({1: states([1.0, 2.0, 8.0])}, events(("a", 1, 2))))
    assert found == pytest.approx({"event": expected(8.0), "prompt": expected(1.0, 2.0)})


def test_equal_checkpoints_are_nowhere_apart():
    same = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    table = measure_distances({1: {"base": {"a": same}, "tuned": {"a": same.clone()}}}, events(("a", 3.0, 3.0)))
    assert len(table) == len(WHERE) * 2
    assert table["value"].eq(0).all()
