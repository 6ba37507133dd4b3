"""Anomaly of crossed states: scipy as second route, by hand, and which events an arm keeps."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats

from crosspatch.errors import MeasurementError
from crosspatch.experiments.hybrids.anomaly import anomaly_values, arms_by_anomaly

SIDES = ("base", "tuned")
PROMPTS = [f"p{place}" for place in range(7)]


def cells_of(prompts):
    about = {"pair": "one", "category": "facts", "template": "raw", "step": 0, "base_token": 3, "tuned_token": 4}
    about |= {"consistent": True, "readout": "native", "margin_float32": 1.0, "margin_checkpoint": 1.0}
    cells = [{"upstream": upstream, "late": late} for upstream in SIDES for late in SIDES]
    return pd.DataFrame([about | {"prompt_id": prompt} | cell for prompt in prompts for cell in cells])


@pytest.fixture
def states():
    """States of several lengths; those of the tuned side are larger, and that of the last prompt very large."""
    generator = torch.Generator().manual_seed(0)
    lengths = range(3, 3 + len(PROMPTS))
    base = {name: torch.randn(length, 8, generator=generator) for name, length in zip(PROMPTS, lengths, strict=True)}
    tuned = {name: 1.5 * torch.randn(len(base[name]), 8, generator=generator) for name in PROMPTS}
    tuned["p6"] *= 40
    return {"base": base, "tuned": tuned}


def largest_z(donor, host):
    """The largest |z| of each state, by numpy and scipy."""

    def table(by_prompt):
        arrays = [state.numpy().astype(float) for state in by_prompt.values()]
        rows = [[(a**2).mean() ** 0.5, (a[-1] ** 2).mean() ** 0.5, a.std(), a[-1].std()] for a in arrays]
        return np.array(rows)

    return np.abs(stats.zmap(table(donor), table(host))).max(axis=1)


def test_anomalies_are_z_scores_of_the_hosts_own_states(states, table_round_trip):
    values = table_round_trip(anomaly_values(cells_of(PROMPTS), states), "control_values")
    expected = {
        "base at home": ("base", "base"),
        "base into tuned": ("base", "tuned"),
        "tuned into base": ("tuned", "base"),
        "tuned at home": ("tuned", "tuned"),
    }
    assert list(dict.fromkeys(values["arm"])) == list(expected)
    for arm, (donor, host) in expected.items():
        own = values[values["arm"] == arm].set_index("prompt_id")["value"]
        np.testing.assert_allclose(own[PROMPTS], largest_z(states[donor], states[host]), rtol=1e-10)
    assert set(values["quantity"]) == {"anomaly"}


def anomalies_of(pairs):
    rows = [
        {"prompt_id": prompt, "arm": arm, "value": value}
        for prompt, both in pairs.items()
        for arm, value in zip(("base into tuned", "tuned into base"), both, strict=True)
    ]
    own = [{"prompt_id": prompt, "arm": f"{side} at home", "value": 99.0} for prompt in pairs for side in SIDES]
    return pd.DataFrame(rows + own)


def prompts_by_arm(arms):
    return {arm: sorted(set(rows["prompt_id"])) for arm, rows in arms.groupby("arm", sort=False)}


def test_an_event_counts_by_the_larger_of_its_two_crossings():
    anomalies = anomalies_of({"a": (0.1, 5.0), "b": (1.0, 1.0), "c": (4.0, 0.0), "d": (2.0, 3.0), "e": (0.5, 0.5)})
    arms = arms_by_anomaly(cells_of("abcde"), anomalies, [0.5, 0.333])
    assert prompts_by_arm(arms) == {
        "lowest 50%": ["b", "e"],
        "highest 50%": ["a", "c", "d"],
        "lowest 33%": ["b", "e"],
        "highest 67%": ["a", "c", "d"],
    }


def test_equally_strange_events_are_kept_in_the_order_of_their_prompts():
    anomalies = anomalies_of(dict.fromkeys("dbca", (1.0, 1.0)))
    assert prompts_by_arm(arms_by_anomaly(cells_of("dbca"), anomalies, [0.5]))["lowest 50%"] == ["a", "b"]


def test_the_arms_of_a_share_are_all_events_once(states):
    cells = cells_of(PROMPTS)
    arms = prompts_by_arm(arms_by_anomaly(cells, anomaly_values(cells, states), [0.01]))
    assert sorted(arms["lowest 1%"] + arms["highest 99%"]) == PROMPTS
    assert len(arms["lowest 1%"]) == 1
    assert "p6" in arms["highest 99%"]


def test_states_that_do_not_vary_are_refused(states):
    states["tuned"] = dict.fromkeys(PROMPTS, states["tuned"]["p0"])
    said = r"7 boundary states of the tuned checkpoint all have the same RMS, .* leave out the control anomaly"
    with pytest.raises(MeasurementError, match=said):
        anomaly_values(cells_of(PROMPTS), states)
