"""Which prompts are held out: whole templates, by a hash that neither order nor pair changes."""

import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.closure.split import LEAST_TEMPLATES, is_held_out, split_events


def prompts(count, templates, **columns):
    rows = {"prompt_id": [f"p{one:03d}" for one in range(count)], "pair": "planted", "usable": True}
    return pd.DataFrame(rows | {"template": [f"t{one % templates}" for one in range(count)]} | columns)


def test_no_template_is_on_both_sides_and_the_share_is_about_kept():
    table = prompts(600, 200)
    held_out = is_held_out(table, 0.7, 0)
    by_template = held_out.groupby(table.set_index("prompt_id")["template"]).nunique()
    assert by_template.max() == 1
    assert 0.2 < held_out.mean() < 0.4


def test_where_templates_are_few_prompts_stand_for_themselves():
    table = prompts(200, LEAST_TEMPLATES - 1)
    held_out = is_held_out(table, 0.7, 0)
    assert held_out.groupby(table.set_index("prompt_id")["template"]).nunique().max() == 2
    renamed = is_held_out(table.assign(template="raw"), 0.7, 0)
    assert held_out.equals(renamed)


def test_the_split_hangs_on_names_and_seed_only():
    table = prompts(300, 100)
    held_out = is_held_out(table, 0.7, 5)
    assert is_held_out(table.iloc[::-1], 0.7, 5).sort_index().equals(held_out)
    assert not is_held_out(table, 0.7, 6).equals(held_out)
    assert held_out[held_out].index[:4].tolist() == ["p000", "p008", "p009", "p013"]  # in every process


def test_events_that_are_not_usable_change_no_split():
    table = prompts(300, 100)
    fitted, held_out = split_events(table, 0.7, 0)
    assert len(fitted) + len(held_out) == 300
    fewer = split_events(table.assign(usable=[one % 3 > 0 for one in range(300)]), 0.7, 0)
    for part, whole in zip(fewer, (fitted, held_out), strict=True):
        assert 0 < len(part) < len(whole)
        assert set(part["prompt_id"]) <= set(whole["prompt_id"])


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_too_few_events_on_one_side_are_refused(share):
    with pytest.raises(
        MeasurementError, match=r"pair 'planted': closure/split/share 0\.\d+ leaves \d+ events for fitting"
    ):
        split_events(prompts(12, 12), share, 0)
