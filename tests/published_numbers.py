"""Published numbers and estimates that regenerate them, by hand."""

import pandas as pd

KEY = {
    "control": "headline", "arm": "all", "effect": "interaction", "scope": "qwen3_4b", "readout": "common_tuned",
    "precision": "checkpoint", "method": "prompt",
}  # fmt: skip
CLAIM = {"section": "Table B.2", "quantity": "interaction", "unit": "logits", "rule": "estimate_effects"}
BLANK = dict.fromkeys(("support", "family", "low", "high", "n", "doubt", "note"))


def effects(*rows):
    """Return estimates of one key, each with changes."""
    made = [KEY | {"value": 1.5, "low": 1.4, "high": 1.6, "n_events": 600, "n_prompts": 600} | row for row in rows]
    return pd.DataFrame(made).astype({"value": float, "low": float, "high": float})


def published(*rows):
    """Return published numbers of that key, each with changes."""
    made = [{"claim": f"c{place}", **CLAIM, **BLANK, **KEY, "column": "value", **row} for place, row in enumerate(rows)]
    return pd.DataFrame(made).astype({"low": float, "high": float, "value": float})


def unjoined(**changes):
    """Return what a published number has that no estimate regenerates."""
    return {**dict.fromkeys((*KEY, "column")), "value": 5.0, **changes}
