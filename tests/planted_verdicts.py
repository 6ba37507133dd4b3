"""Estimates of the headline and of a control, planted for verdicts, and what numbers would be."""

import numpy as np
import pandas as pd

from crosspatch.experiments.verdicts.questions import EXPECTED

PAIRS = ["one", "two", "three"]
WORDS = ("kept", "gone", "positive", "kept_interaction", "all")
KEPT, GONE, POSITIVE, KEPT_INTERACTION, ALL = (EXPECTED[word] for word in WORDS)
NEGATIVE = EXPECTED["negative"]


def effects(interaction=2.0, low=1.5, high=2.5, **other):
    usual = {
        "control": "headline",
        "effect": "interaction",
        "arm": "all",
        "readout": "common_tuned",
        "precision": "float32",
    }
    row = usual | {"method": "prompt", "level": 0.95, "n_events": 30} | other
    scopes = {"balanced": interaction, "one": interaction, "two": interaction / 2, "three": -interaction}
    return pd.DataFrame(
        [row | {"scope": scope, "value": value, "low": low, "high": high} for scope, value in scopes.items()]
    ).assign(n_pairs=[3, 1, 1, 1])


def control(value, low, high, *, families=(), arm="some", **other):
    """Return a control's estimates: the mean over families with its interval, and the families' values."""
    usual = {"control": "rescaling", "arm": arm, "effect": "retention", "readout": "common_tuned"}
    row = usual | {"precision": "float32", "method": "prompt", "level": 0.95, "n_events": 12, "n_pairs": 1} | other
    mean = row | {"n_pairs": 3, "scope": "balanced", "value": value, "low": low, "high": high}
    own = [row | {"scope": pair, "value": each, "low": np.nan, "high": np.nan} for pair, each in zip(PAIRS, families)]  # noqa: B905
    return pd.DataFrame([*own, mean])


def reference(interaction=2.0, **other):
    """Return the interaction of the arm that the control's ratios are of."""
    return effects(interaction, control="rescaling", arm="first divergence", **other)
