"""Laws of a lineage, on the real engine: what is the factorial, what is zero, what does not depend on other stages."""

import re

import pandas as pd
import pytest
from safetensors.torch import load_file, save_file

from crosspatch.errors import MeasurementError
from crosspatch.experiments.lineages.stage_arms import arms_of_stages
from crosspatch.experiments.lineages.stage_cells import assemble_stages
from crosspatch.measures.effects import CELLS, contrast_of_cells

MARGINS = ["margin_float32", "margin_checkpoint"]
KEY = ["prompt_id", "upstream", "late", "readout"]
LABELS = {"first": "Base", "middle": "Middle", "last": "Last"}
SIDES = {"base": "first", "tuned": "last"}


def interactions(cells, arm, readout="common_tuned", margin="margin_float32"):
    rows = cells[(cells["arm"] == arm) & (cells["readout"] == readout)]
    wide = rows.pivot_table(index="prompt_id", columns=["upstream", "late"], values=margin)
    return pd.Series(contrast_of_cells(wide[list(CELLS)].to_numpy(), "interaction"), wide.index)


@pytest.fixture
def with_late_half_of(tmp_path):
    """Return a function that copies a checkpoint with the late blocks, norm and unembedding of another."""

    def graft(folder, donor):
        for path in folder.iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        own, given = (load_file(one / "model.safetensors") for one in (folder, donor))
        blocks = {name: re.search(r"layers\.(\d+)", name) for name in own}
        late = [name for name, block in blocks.items() if "embed" not in name and (block is None or int(block[1]) >= 3)]
        assert late
        save_file(own | {name: given[name] for name in late}, tmp_path / "model.safetensors", metadata={"format": "pt"})
        return tmp_path

    return graft


def test_every_stage_reads_every_stage_at_every_event(cells, own_cells):
    assert set(cells["prompt_id"]) == set(own_cells["prompt_id"])
    assert (cells.groupby("prompt_id").size() == 3 * 3 * 3).all()
    assert cells.groupby(["upstream", "late"])["margin_float32"].mean().nunique() == 9
    assert (cells.loc[cells["upstream"] == cells["late"], "donor_distance"] == 0).all()


def test_a_lineage_of_two_stages_is_the_factorial(line, support, own_cells, stage_cells):
    two = stage_cells({name: line[name] for name in ("first", "last")}, support, own_cells)
    assert len(two) == len(own_cells)
    own = own_cells.assign(upstream=own_cells["upstream"].map(SIDES), late=own_cells["late"].map(SIDES))
    columns = [*MARGINS, "top_token", "donor_distance", "step", "base_token", "tuned_token", "consistent"]
    both = (one.set_index(KEY).sort_index()[columns] for one in (two, own))
    pd.testing.assert_frame_equal(*both, check_exact=True)


def test_the_outer_cells_of_three_stages_are_the_pairs_own_bit_for_bit(cells, own_cells):
    outer = cells[cells["upstream"].isin(SIDES.values()) & cells["late"].isin(SIDES.values())]
    own = own_cells.assign(upstream=own_cells["upstream"].map(SIDES), late=own_cells["late"].map(SIDES))
    both = (one.set_index(KEY).sort_index()[MARGINS] for one in (outer, own))
    pd.testing.assert_frame_equal(*both, check_exact=True)


def test_a_stage_whose_late_half_is_the_firsts_has_no_interaction(
    line, support, own_cells, stage_cells, with_late_half_of
):
    folders = line | {"middle": with_late_half_of(line["middle"], line["first"])}
    arms = arms_of_stages(stage_cells(folders, support, own_cells), LABELS)
    for readout in ("common_tuned", "common_base", "native"):
        for margin in MARGINS:
            assert not interactions(arms, "stage Middle", readout, margin).any()
            assert not interactions(arms, "stage Base", readout, margin).any()
    assert interactions(arms, "stage Last").abs().max() > 0.01


def test_a_stage_that_is_the_last_once_more_has_its_numbers(line, support, own_cells, stage_cells):
    arms = arms_of_stages(stage_cells(line | {"middle": line["last"]}, support, own_cells), LABELS)
    for margin in MARGINS:
        twin, last = (interactions(arms, f"stage {one}", margin=margin) for one in ("Middle", "Last"))
        pd.testing.assert_series_equal(twin, last, check_exact=True)


def test_other_stages_and_their_order_change_no_number_of_a_stage(line, support, own_cells, stage_cells, cells):
    more = {"first": line["first"], "other": line["last"], "middle": line["middle"], "last": line["last"]}
    again = stage_cells(more, support, own_cells)
    kept = again[again["upstream"].isin(line) & again["late"].isin(line)]
    both = (one.set_index(KEY).sort_index() for one in (kept, cells))
    pd.testing.assert_frame_equal(*both, check_exact=True)


def test_padded_batches_move_the_cells_by_rounding_only(line, support, own_cells, late_tables, cells):
    _, tables = late_tables(line, support, {"plan": "padded", "tokens": 10_000})
    both = (one.set_index(KEY).sort_index()["margin_float32"] for one in (pd.concat(tables), cells))
    pd.testing.assert_series_equal(*both, atol=2e-5, rtol=0)


@pytest.mark.parametrize("number", ["margin_float32", "top_token"])
def test_cells_that_are_not_the_pairs_own_are_refused(line, support, own_cells, late_tables, number):
    readable, tables = late_tables(line, support)
    stages = list(line)
    wrong = own_cells.copy()
    place = wrong.index[(wrong["upstream"] == "tuned") & (wrong["late"] == "base") & (wrong["readout"] == "native")][2]
    wrong.loc[place, number] += 1
    prompt = wrong.loc[place, "prompt_id"]
    said = (
        rf"prompt '{prompt}': {number} of 'last' upstream and 'first' late under native is .* in the pair's own cells"
    )
    with pytest.raises(MeasurementError, match=said):
        assemble_stages(wrong, readable, tables, stages=stages, sides=SIDES)


def test_a_table_that_lacks_a_cell_is_refused(line, support, own_cells, late_tables):
    readable, tables = late_tables(line, support)
    short = [*tables[:2], tables[2].iloc[1:]]
    prompt = tables[2]["prompt_id"].iloc[0]
    with pytest.raises(
        MeasurementError, match=rf"event of prompt '{prompt}' has 26 rows of stages' cells, not 27; del"
    ):
        assemble_stages(own_cells, readable, short, stages=list(line), sides=SIDES)


def test_on_another_support_the_common_readout_of_the_last_stage_is_not_compared(
    line, find_events, measure, late_tables
):
    sides = {"base": "first", "tuned": "middle"}
    folders = {side: line[name] for side, name in sides.items()}
    _, events = find_events("other", folders)
    own = measure(folders, events, 3)
    readable, tables = late_tables(line, events)
    cells = assemble_stages(own, readable, tables, stages=list(line), sides=sides)
    named = own.assign(upstream=own["upstream"].map(sides), late=own["late"].map(sides))
    both = cells.merge(named, on=KEY, suffixes=("", "_own"))
    differs = both["margin_float32"] != both["margin_float32_own"]
    assert set(both.loc[differs, "readout"]) == {"common_tuned"}
    assert len(both) == len(own)
