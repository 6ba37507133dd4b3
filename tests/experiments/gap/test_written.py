"""Cosines of what is written: means by hand, prompts that both have, and arms without a lens."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.experiments.gap.comparisons import COMPARISONS, level_of
from crosspatch.experiments.gap.written import WRITTEN, written_means, written_values
from crosspatch.records.histories import Reading


def writes(cosines):
    """Return `read_writes` rows: by prompt, a row of blocks per step; MLPs have half of the block's cosine."""
    rows = [
        (prompt, step, block, value, value / 2)
        for prompt, steps in cosines.items()
        for step, values in enumerate(steps)
        for block, value in enumerate(values)
    ]
    table = pd.DataFrame(rows, columns=["prompt_id", "step", "block", *WRITTEN])
    return table.astype(dict.fromkeys(WRITTEN, "float32")).sample(frac=1, random_state=0)


def test_means_over_blocks_and_steps_by_hand():
    found = written_means(writes({"a": [[9, 9, 0.5, 0.25, 0.75]], "b": [[9, 9, 0, 0, -1], [9, 9, 0.25, 0.5, 0]]}))
    assert found["delta_cos_block_final_half"].to_dict() == {"a": 0.5, "b": pytest.approx(-0.25 / 6)}
    assert found["delta_cos_block_final_third"].to_dict() == {"a": 0.5, "b": -0.125}
    assert found["delta_cos_block_final_fifth"].to_dict() == {"a": 0.75, "b": -0.5}
    assert found["delta_cos_mlp_final_fifth"].to_dict() == {"a": 0.375, "b": -0.25}


def test_differences_are_of_the_prompts_that_both_read():
    readings = dict.fromkeys(reading for both in COMPARISONS.values() for reading in both)
    last = {one: float(number) for number, one in enumerate(readings)}
    prompts = {one: ["p", "q"] if one.teacher == "tuned_chat" else ["q", "r"] for one in readings}
    means = {one: written_means(writes({name: [[0, last[one]]] for name in prompts[one]})) for one in readings}
    values = written_values(means, "pair").set_index(["arm", "quantity", "prompt_id"])["value"].sort_index()
    for compared, (one, other) in COMPARISONS.items():
        own = values[compared, "delta_cos_block_final_fifth"]
        shared = sorted(set(prompts[one]) & set(prompts[other]))
        assert own.to_dict() == dict.fromkeys(shared, last[one] - last[other])
        assert values[level_of(one), "delta_cos_mlp_final_fifth"].unique().tolist() == [last[one] / 2]
    assert not [arm for arm in values.index.unique("arm") if "lens" in arm]


def test_many_small_cosines_are_summed_in_double_precision():
    found = written_means(writes({"a": [[0.1]] * 3000}))
    np.testing.assert_allclose(found["delta_cos_block_final_half"], np.float32(0.1), rtol=1e-12)


def test_one_history_read_twice_alike_has_no_difference():
    one = written_means(writes({"a": [[0.3, 0.6]]}))
    values = written_values({reading: one for both in COMPARISONS.values() for reading in both}, "pair")
    assert (values.loc[values["arm"].isin(list(COMPARISONS)), "value"] == 0).all()
    assert Reading("tuned_chat", "tuned_chat") in COMPARISONS["own histories"]
