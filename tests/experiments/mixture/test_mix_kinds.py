"""The mixture of kinds: its events and its estimate by hand, and that without later events it is no mixture."""

import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.mixture.kinds import KINDS, MARKER, MIXTURE, WORDS, arm_of, kind_and_category
from crosspatch.experiments.mixture.mix_kinds import mix_kinds
from crosspatch.records.arms import REFERENCE
from crosspatch.statistics.arms import estimate_arms
from crosspatch.statistics.plan import Plan

PLAN = Plan("mixture", 1, 50, 0.95)


@pytest.fixture
def own(make_cells):
    return make_cells(
        [
            {"prompt_id": "p0", "category": "facts", "step": 0, "margins": [0.0, 1.0, 0.0, 4.0]},  # P 1, M 4, C 3
            {"prompt_id": "p1", "category": "facts", "step": 2, "margins": [0.0, 2.0, 1.0, 4.0]},  # P 2, M 3, C 1
            {"prompt_id": "p2", "category": "form", "step": 1, "margins": [1.0, 1.0, 0.0, 5.0]},  # P 0, M 5, C 5
        ]
    )


@pytest.fixture
def later(make_cells):
    return make_cells(
        [
            {"prompt_id": "p0", "arm": WORDS, "step": 3, "margins": [0.0, -4.0, 0.0, -2.0]},  # P -4, M -2, C 2
            {"prompt_id": "p0", "arm": MARKER, "step": 7, "margins": [0.0, -3.0, 0.0, 1.0]},  # P -3, M 1, C 4
            {"prompt_id": "p2", "arm": MARKER, "step": 4, "category": "form", "margins": [0.0, -2.0, 0.0, -1.0]},  # C 1
        ]
    )


def estimated(own, mixed):
    """Estimates of the arms, with the pair's own cells as the reference, by arm and effect."""
    joined = pd.concat([own.assign(arm=REFERENCE), mixed], join="inner", ignore_index=True)
    rows = estimate_arms({"one": joined}, [], PLAN)
    return rows[(rows["method"] == "prompt") & (rows["precision"] == "float32")].set_index(["arm", "effect"])


def test_the_mixture_averages_the_events_of_a_prompt_and_then_the_prompts(own, later, table_round_trip):
    rows = estimated(own, table_round_trip(mix_kinds(own, later), "control_cells"))
    effects = ["portable", "matched", "interaction"]
    # p0: P (1 - 4 - 3) / 3 = -2, M (4 - 2 + 1) / 3 = 1; p1 alone: 2 and 3; p2: (0 - 2) / 2 = -1 and (5 - 1) / 2 = 2.
    assert rows.loc[MIXTURE].loc[effects, "value"].tolist() == pytest.approx([-1 / 3, 2, 7 / 3])
    assert rows.loc[(MIXTURE, "interaction"), ["n_events", "n_prompts"]].tolist() == [6, 3]
    assert rows.loc[REFERENCE].loc[effects, "value"].tolist() == pytest.approx([1, 4, 3])
    assert rows.loc[WORDS].loc[effects, "value"].tolist() == [-4, -2, 2]
    assert rows.loc[MARKER].loc[effects, "value"].tolist() == pytest.approx([-2.5, 0, 2.5])
    assert [rows.loc[(kind, "interaction"), "n_events"] for kind in KINDS] == [3, 1, 2, 6]
    assert rows.loc[(MIXTURE, "retention"), "value"] == pytest.approx(7 / 9)


def test_categories_split_each_kind(own, later):
    mixed = mix_kinds(own, later)
    rows = estimated(own, mixed)
    of_facts, of_form = (arm_of(MIXTURE, category) for category in ("facts", "form"))
    assert rows.loc[(of_facts, "interaction"), "value"] == pytest.approx(((3 + 2 + 4) / 3 + 1) / 2)
    assert rows.loc[(of_form, "interaction"), "value"] == pytest.approx((5 + 1) / 2)
    assert rows.loc[(arm_of(REFERENCE, "form"), "interaction"), "value"] == 5
    arms = list(dict.fromkeys(mixed["arm"]))
    assert arms[:3] == [WORDS, MARKER, MIXTURE]
    assert arm_of(WORDS, "form") not in arms, "no event is of that kind there"
    assert len(arms) == 3 + 4 + 3
    assert kind_and_category(of_form) == (MIXTURE, "form")
    assert kind_and_category(MIXTURE) == (MIXTURE, None)


def test_without_later_events_the_mixture_is_the_first_divergences(own, later):
    rows = estimated(own, mix_kinds(own, later.iloc[:0]))
    assert set(rows.index.get_level_values("arm")) == {
        *(REFERENCE, MIXTURE),
        *(arm_of(kind, category) for kind in (REFERENCE, MIXTURE) for category in ("facts", "form")),
    }
    numbers = ["value", "low", "high", "n_events", "n_prompts"]
    pd.testing.assert_frame_equal(rows.loc[MIXTURE][numbers], rows.loc[REFERENCE][numbers], check_exact=True)


def test_an_event_that_two_kinds_have_is_refused(own, later):
    twice = later.assign(step=later["step"].replace({3: 0}))  # the first is the first divergence of p0
    with pytest.raises(MeasurementError, match=r"'one', prompt 'p0', step 0 has .* more than once; keep one of"):
        estimated(own, mix_kinds(own, twice))
