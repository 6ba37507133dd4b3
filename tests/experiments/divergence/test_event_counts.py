"""What became of every prompt, counted by hand."""

import pandas as pd

from crosspatch.experiments.divergence.count_events import count_events


def events(usable, *, steps, reasons):
    rows = [("p", f"p{place}", True, None, step) for place, step in enumerate(steps)]
    rows += [("p", f"p{usable + place}", False, reason, None) for place, reason in enumerate(reasons)]
    return pd.DataFrame(rows, columns=["pair", "prompt_id", "usable", "reason", "step"])


def test_usable_and_excluded_prompts_are_counted_with_their_reasons():
    found = events(4, steps=[0, 0, 3, 5], reasons=["base stops", "no divergence", "no divergence"])
    cells = pd.DataFrame({"prompt_id": ["p0", "p0", "p1", "p2", "p3"], "consistent": [False, False, True, True, True]})
    assert count_events(found, cells) == {
        "pair": "p", "prompts": 7, "usable": 4, "excluded": 3, "reasons": "no divergence: 2; base stops: 1",
        "consistent_share": 0.75, "median_step": 1.5, "step_0_share": 0.5, "from_3_share": 0.5, "from_5_share": 0.25,
    }  # fmt: skip


def test_a_pair_without_events_has_numbers_of_prompts_only():
    cells = pd.DataFrame({"prompt_id": [], "consistent": []})
    counts = count_events(events(0, steps=[], reasons=["no divergence"]), cells)
    assert (counts["usable"], counts["excluded"], counts["reasons"]) == (0, 1, "no divergence: 1")
    assert (counts["consistent_share"], counts["median_step"], counts["step_0_share"]) == (None, None, None)
    assert (counts["from_3_share"], counts["from_5_share"]) == (None, None)
