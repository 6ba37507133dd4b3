"""Controls of grafts: what they keep of a difference and what not, whatever the batch."""

import pandas as pd
import pytest
import torch

from crosspatch.experiments.grafts.arms import Rows, grafts
from crosspatch.experiments.grafts.donors import controls, other_prompts, other_steps
from crosspatch.jobs.passes import History
from crosspatch.models.displaced import Displaced, turned
from crosspatch.models.grafts import mlps_of
from crosspatch.records.arms import without_seed
from crosspatch.records.grafts import NO_GRAFT

WINDOWS = {"early": (0, 1), "late": (1, 2)}
NAMES = ("identity", "reversed", "other steps", "other prompts", "random per step", "random per history")


def rows_of(*sizes):
    """Rows named a, b, ...: of so many tokens of the prompt, and of the continuation."""
    histories = [History([5] * prompt, [6] * forced) for prompt, forced in sizes]
    return Rows([chr(97 + place) for place in range(len(sizes))], histories)


def under(table, arm):
    return table[table["arm"] == arm].drop(columns="arm").reset_index(drop=True)


@pytest.fixture(scope="module")
def both(make_parties):
    parties = make_parties("olmo2")
    return parties, mlps_of(parties.host.model), mlps_of(parties.other.model)


def test_every_window_has_every_control(both):
    _, host, donor = both
    arms = controls(WINDOWS, host, donor, [0, 4])
    names = [name for arm in arms for name in arm.names]
    assert {without_seed(name) for name in names} == {f"{window}, {name}" for window in WINDOWS for name in NAMES}
    random = [name for name in names if name.startswith("late, random per step")]
    assert random == ["late, random per step, seed 0", "late, random per step, seed 4"]
    assert {arm.blocks for arm in arms} == set(WINDOWS.values())


def test_the_identity_is_exactly_zero_and_others_are_not(parties, histories, read):
    host, donor = mlps_of(parties.host.model), mlps_of(parties.other.model)
    found = read(parties, histories, controls({"late": (1, 2)}, host, donor, [0]))
    for table in found.values():
        pd.testing.assert_frame_equal(under(table, "late, identity"), under(table, NO_GRAFT), check_exact=True)
    own = under(found["readings"], NO_GRAFT).set_index(["prompt_id", "block", "lens"])["kl_to_final"]
    for name in ("reversed", "other steps", "random per step, seed 0", "random per history, seed 0"):
        moved = under(found["readings"], f"late, {name}").set_index(["prompt_id", "block", "lens"])["kl_to_final"]
        assert (moved - own).abs().groupby("prompt_id").max().min() > 1e-4, name
    together = {"p1", "p2", "p4"}  # of one length
    assert set(under(found["readings"], "late, other prompts")["prompt_id"]) == together


def test_controls_do_not_depend_on_batches_but_for_other_prompts(both, histories, read):
    parties, host, donor = both
    arms = controls({"late": (1, 2)}, host, donor, [0])
    together = read(parties, histories, arms)
    alone = read(parties, histories[histories["prompt_id"] == "p1"], arms)
    for kind, table in together.items():
        own = table[(table["prompt_id"] == "p1") & (table["arm"] != "late, other prompts")].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone[kind], own, check_exact=True)
    again = read(parties, histories, arms)
    for kind, table in together.items():
        pd.testing.assert_frame_equal(again[kind], table, check_exact=True)


def test_a_displaced_mlp_with_its_own_difference_is_the_donor(both):
    _, host, donor = both
    states = torch.randn(2, 3, 32)
    displaced = Displaced(host[1], donor[1], lambda differences, _: differences)
    torch.testing.assert_close(displaced(states), donor[1](states))


def test_what_turning_keeps():
    """Along x, and the size; by hand in two dimensions, in which the rest can only turn back."""
    drawn = (torch.randn(3, 4, 32, generator=torch.Generator().manual_seed(seed)) for seed in range(3))
    differences, given, noise = drawn
    found = turned(differences, given, noise)
    torch.testing.assert_close((found * given).sum(-1), (differences * given).sum(-1), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found.norm(dim=-1), differences.norm(dim=-1))
    assert torch.cosine_similarity(found, differences, dim=-1).abs().max() < 0.9
    differences, given, noise = (torch.tensor([[values]]) for values in ([3.0, 4.0], [2.0, 0.0], [7.0, -0.1]))
    torch.testing.assert_close(turned(differences, given, noise), torch.tensor([[[3.0, -4.0]]]))
    assert not turned(torch.zeros(1, 1, 2), given, noise).any()


def displacements(both, control, rows, width, seed=0):
    """What a control adds to the host's MLP in block 1, at random states."""
    _, host, donor = both
    (arm,) = [arm for arm in controls({"late": (1,)}, host, donor, [seed]) if arm.names == (f"late, {control}",)]
    states = torch.randn(1, 1, 32, generator=torch.Generator().manual_seed(3)).expand(len(rows.names), width, 32)
    return (arm.edit(rows)[1](states) - host[1](states)).detach()


def test_directions_are_drawn_per_step_or_once_by_name_block_and_seed(both):
    rows = rows_of((3, 4), (2, 5))
    by_step = displacements(both, "random per step, seed 0", rows, 6)
    assert (by_step[0, 0] - by_step[0, 1]).abs().max() > 1e-3
    fixed = displacements(both, "random per history, seed 0", rows, 6)
    torch.testing.assert_close(fixed[0, 0].expand(6, 32), fixed[0])
    assert (fixed[0, 0] - fixed[1, 0]).abs().max() > 1e-3
    assert not torch.equal(displacements(both, "random per history, seed 7", rows, 6, seed=7), fixed)
    later = Rows(rows.names[1:], rows.histories[1:])
    assert torch.equal(displacements(both, "random per step, seed 0", later, 6)[0], by_step[1])


def test_steps_change_places_with_steps_of_the_same_history():
    rows = rows_of((6, 5), (1, 3))
    from_rows, places = other_steps(rows)
    assert from_rows.tolist() == [[0] * 10, [1] * 10]
    assert places[0, 0] == 0
    assert sorted(places[0, 1:5].tolist()) == [1, 2, 3, 4]
    assert sorted(places[0, 5:].tolist()) == [5, 6, 7, 8, 9] != places[0, 5:].tolist()
    assert sorted(places[1, :3].tolist()) == [0, 1, 2]
    alone = other_steps(Rows(["b"], rows.histories[1:]))[1]
    assert alone[0].tolist() == places[1, :3].tolist()


def test_steps_take_those_of_the_next_history_by_hand():
    from_rows, places = other_prompts(rows_of((3, 2), (5, 3)))
    assert from_rows.tolist() == [[1, 1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]]
    assert places[0, :4].tolist() == [0, 1, 4, 5]  # two of the prompt before its last, then steps 0 and 1
    assert places[1].tolist() == [0, 1, 1, 1, 2, 3, 2]


def test_reversed_is_the_donors_last_block_in_the_hosts_first(both):
    _, host, donor = both
    arms = {arm.names[0]: arm for arm in controls({"late": (0, 1, 2)}, host, donor, [0])}
    assert arms["late, reversed"].edit(rows_of((2, 2))) == {0: donor[2], 1: donor[1], 2: donor[0]}
    (true,) = grafts({"late": (0, 2)}, donor)
    assert true.edit(rows_of((2, 2))) == {0: donor[0], 2: donor[2]}
