"""Displacements that keep distance and norm: laws at every position, a case by hand, and what is drawn."""

import itertools

import pandas as pd
import pytest
import torch

from crosspatch.experiments.hybrids.draw_rotation import draw_rotation
from crosspatch.experiments.hybrids.hybrid_states import rotation_arms
from crosspatch.experiments.hybrids.table_rotation import EFFECTS, SPEC, table_rotation
from crosspatch.figures.rendering import render
from crosspatch.measures.states import turned_displacement


def states(dtype):
    generator = torch.Generator().manual_seed(3)
    base, tuned = torch.randn((2, 5, 32), generator=generator)
    return (4 * base).to(dtype), (4 * base + tuned).to(dtype)


def shuffle(width):
    generator = torch.Generator().manual_seed(9)
    signs = 1.0 - 2.0 * torch.randint(0, 2, (width,), generator=generator)
    return torch.randperm(width, generator=generator), signs


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
def test_distance_and_norm_are_those_of_the_tuned_state(dtype, tolerance):
    base, tuned = states(dtype)
    moved = turned_displacement(base, tuned, *shuffle(32))
    assert moved.dtype == dtype
    base, tuned, moved = (state.float() for state in (base, tuned, moved))
    torch.testing.assert_close((moved - base).norm(dim=-1), (tuned - base).norm(dim=-1), rtol=tolerance, atol=0)
    torch.testing.assert_close(moved.norm(dim=-1), tuned.norm(dim=-1), rtol=tolerance, atol=0)
    assert ((moved - tuned).norm(dim=-1) > 0.5 * (tuned - base).norm(dim=-1)).all()


def test_a_case_by_hand():
    # Along the base state (the first axis) the difference is 1; across it (3, 4), turned to (-4, 3).
    base, tuned = torch.tensor([[2.0, 0.0, 0.0]]), torch.tensor([[3.0, 3.0, 4.0]])
    moved = turned_displacement(base, tuned, torch.tensor([0, 2, 1]), torch.tensor([1.0, -1.0, 1.0]))
    torch.testing.assert_close(moved, torch.tensor([[3.0, -4.0, 3.0]]))


def test_no_shuffle_gives_the_tuned_state_and_a_difference_along_the_base_state_stays():
    base, tuned = states(torch.float32)
    torch.testing.assert_close(turned_displacement(base, tuned, torch.arange(32), torch.ones(32)), tuned)
    torch.testing.assert_close(turned_displacement(base, 1.5 * base, *shuffle(32)), 1.5 * base)
    zero = torch.zeros_like(base)
    assert turned_displacement(zero, tuned, *shuffle(32)).norm() == pytest.approx(tuned.norm().item())


def test_rotations_depend_on_pair_prompt_and_seed_only():
    base, tuned = states(torch.float32)
    both = {"base": dict.fromkeys("ab", base), "tuned": dict.fromkeys("ab", tuned)}

    def moved(pair, name, seed):
        (arm,) = rotation_arms(both, pair, seeds=[seed]).values()
        assert list(arm) == [("tuned", "base"), ("tuned", "tuned")]
        return arm["tuned", "base"][name]

    assert torch.equal(moved("one", "a", 3), moved("one", "a", 3))
    others = [moved("two", "a", 3), moved("one", "b", 3), moved("one", "a", 4)]
    assert not any(torch.equal(moved("one", "a", 3), other) for other in others)


@pytest.fixture
def estimates(make):
    """Return a function that makes the estimates of a control of three families, every number another."""

    def build(control, start):
        keys = [("first divergence", "interaction"), *(("all draws", effect) for effect in EFFECTS)]
        scopes = [*make.labels(3), "balanced"]
        return pd.DataFrame(
            {
                "control": control, "arm": arm, "effect": effect, "scope": scope, "readout": "common_tuned",
                "precision": "float32", "method": method, "value": start + place / 100,
                "low": start + place / 100 - width, "high": start + place / 100 + width, "level": 0.95,
                "n_events": 40 + place, "n_prompts": 40, "n_pairs": 3 if scope == "balanced" else 1,
            }
            for place, (scope, (arm, effect)) in enumerate(itertools.product(scopes, keys))
            for method, width in (("prompt", 0.1), ("cluster_tokens", 0.3))
        )  # fmt: skip

    return build


def number(rows, scope, arm, effect):
    chosen = (rows["scope"] == scope) & (rows["arm"] == arm) & (rows["effect"] == effect)
    return rows[chosen & (rows["method"] == "cluster_tokens")].iloc[0]


def test_the_figure_has_the_own_interaction_and_both_displacements_with_their_widest_intervals(make, estimates):
    labels = make.labels(3)
    rotation, permutation = estimates("rotation", 1.0), estimates("signed_permutation", 3.0)
    drawn = draw_rotation(rotation, labels, permutation).drawn.set_index(["arm", "scope"])
    assert set(drawn.index.get_level_values("arm")) == {"first divergence", "rotation", "signed_permutation"}
    for scope in [*labels, "balanced"]:
        own = number(rotation, scope, "first divergence", "interaction")
        assert drawn.loc[("first divergence", scope), "value"] == own["value"]
        for control, table in (("rotation", rotation), ("signed_permutation", permutation)):
            wanted = number(table, scope, "all draws", "signed_displacement")
            assert (
                drawn.loc[(control, scope), ["value", "low", "high"]].tolist()
                == wanted[["value", "low", "high"]].tolist()
            )
    alone = draw_rotation(rotation, labels)
    assert len(alone.figure.axes[0].get_yticklabels()) == 2


def test_the_table_has_every_family_and_the_mean(make, estimates):
    labels = make.labels(3)
    rotation = estimates("rotation", 1.0)
    table = table_rotation(rotation, labels)
    assert table["family"].tolist() == [*labels.values(), "Mean of 3 families"]
    for place, scope in enumerate([*labels, "balanced"]):
        for effect in EFFECTS:
            wanted = number(rotation, scope, "all draws", effect)
            assert (
                table.loc[place, [effect, f"{effect}_low", f"{effect}_high"]].tolist()
                == wanted[["value", "low", "high"]].tolist()
            )
    assert "Rotated / interaction" in render(table, SPEC)["markdown"]
