"""Values of hybrid arms per event, by hand."""

import pandas as pd
import pytest

from crosspatch.experiments.hybrids.hybrid_values import displacement_values, dose_values

CELLS = [("base", "base"), ("base", "tuned"), ("tuned", "base"), ("tuned", "tuned")]
ARMS = {"tuned share 1": 1.0, "tuned share 0": 0.0, "tuned share 0.5": 0.5}  # in no order


def cells_of(late_effects, arm="first divergence"):
    """Cells by {prompt: late effect from the tuned upstream}, 1 from the base upstream; half of it in the checkpoint's
    dtype.
    """
    about = {"pair": "one", "arm": arm, "category": "facts", "template": "raw", "step": 2, "base_token": 3}
    about |= {"tuned_token": 4, "consistent": True, "readout": "native"}
    rows = []
    for prompt, effect in late_effects.items():
        for (upstream, late), margin in zip(CELLS, (5.0, 6.0, -7.0, effect - 7.0), strict=True):
            cell = {"prompt_id": prompt, "upstream": upstream, "late": late}
            rows.append(about | cell | {"margin_float32": margin, "margin_checkpoint": margin / 2})
    return pd.DataFrame(rows)


def found(values, prompt, precision="float32"):
    own = values[(values["prompt_id"] == prompt) & (values["precision"] == precision)]
    return own.set_index("quantity")["value"].to_dict()


@pytest.fixture
def doses():
    """Events whose late effect rises, falls, stands still and then rises, and rises and falls, over the shares."""
    effects = {"rises": (1, 2, 5), "falls": (5, 2, 1), "stands": (1, 1, 3), "peaks": (0, 4, 2)}
    by_share = zip((0.0, 0.5, 1.0), zip(*effects.values(), strict=True), strict=True)
    names = {share: arm for arm, share in ARMS.items()}
    tables = [cells_of(dict(zip(effects, column, strict=True)), names[share]) for share, column in by_share]
    return dose_values(pd.concat(tables), ARMS)


def test_how_the_late_effect_follows_the_share(doses):
    names = ["slope", "positive_slope", "monotone", "rank_correlation"]
    expected = {
        "rises": [4, 1, 1, 1],
        "falls": [-4, 0, 0, -1],
        "stands": [2, 1, 1, 3**0.5 / 2],
        "peaks": [2, 1, 0, 0.5],
    }
    for prompt, numbers in expected.items():
        assert found(doses, prompt) == pytest.approx(dict(zip(names, numbers, strict=True)), abs=1e-12)


def test_every_view_has_its_own_values(doses, table_round_trip):
    assert found(doses, "rises", "checkpoint")["slope"] == pytest.approx(2)
    read = table_round_trip(doses, "control_values")
    assert len(read) == 4 * 2 * 4
    assert set(read["arm"]) == {"tuned shares"}
    assert set(read["step"]) == {2}


def test_displacements_are_averaged_over_seeds_with_and_without_their_sign(table_round_trip):
    own = cells_of({"a": 5.0, "b": -1.0})
    effects = {"permutation 0": {"a": 3.0, "b": 1.0}, "permutation 1": {"a": -5.0, "b": 2.0}}
    cells = pd.concat([cells_of(by_prompt, arm) for arm, by_prompt in effects.items()])
    values = table_round_trip(displacement_values(cells, own), "control_values")
    # The late effect from the base upstream is 1, so the displacements are 2 and -6, and 0 and 1.
    names = ["signed_displacement", "absolute_displacement", "interaction", "absolute_interaction"]
    assert found(values, "a") == dict(zip(names, [-2.0, 4.0, 4.0, 4.0], strict=True))
    assert found(values, "b") == dict(zip(names, [0.5, 0.5, -2.0, 2.0], strict=True))
