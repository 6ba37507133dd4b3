"""The authors' summaries are read as they are laid out, and refused with the key that is missing."""

import copy

import pytest

from crosspatch.errors import TableError
from crosspatch.files.published_summaries import read_gap_by_block, read_random_control, read_window_effects
from published_summaries import HEADER, control, effect, gaps, prompt, write_effects, write_json

CONTROL = control(
    {"one": {"a": prompt(late=0.6, random=[0.1, 0.3]), "b": prompt(late=0.2, random=[0.0, -0.2])},
     "two": {"a": prompt(late=-0.1, random=[0.02])}},
)  # fmt: skip
FOUR, THREE = ([3.0, 1.0, 0.0, 0.0], [2.0, 1.5, 0.5, 0.0]), ([1.0, 0.5, 0.0], [1.5, 0.5, 0.0])
GAPS = gaps({"raw": {"one": FOUR, "two": THREE}, "tuned": {"two": THREE, "one": FOUR}})
EFFECTS = [effect(family, value) for family, value in {"one": 0.25, "two": -0.5}.items()]


def without(content, *keys):
    changed = copy.deepcopy(content)
    row = changed
    for key in keys[:-1]:
        row = row[key]
    del row[keys[-1]]
    return changed


def with_value(content, value, *keys):
    changed = copy.deepcopy(content)
    row = changed
    for key in keys[:-1]:
        row = row[key]
    row[keys[-1]] = value
    return changed


def test_random_directions_are_averaged_over_seeds_prompt_by_prompt(tmp_path):
    rows = read_random_control(write_json(tmp_path / "control", CONTROL))
    assert rows[["family", "prompt_id"]].to_numpy().tolist() == [["one", "a"], ["one", "b"], ["two", "a"]]
    assert rows["late true"].tolist() == [0.6, 0.2, -0.1]
    assert rows["late random"].tolist() == pytest.approx([0.2, -0.1, 0.02])
    assert rows["early true"].tolist() == [0.1] * 3
    assert rows["middle true"].tolist() == [-0.1] * 3
    assert rows["middle random"].tolist() == [0.0] * 3


def test_blocks_are_rows_whatever_the_depth(tmp_path):
    rows = read_gap_by_block(write_json(tmp_path / "gaps", GAPS))
    one = [[0, 3.0, 2.0], [1, 1.0, 1.5], [2, 0.0, 0.5], [3, 0.0, 0.0]]
    two = [[0, 1.0, 1.5], [1, 0.5, 0.5], [2, 0.0, 0.0]]
    assert rows.to_numpy().tolist() == [
        *(["raw", "one", *row] for row in one), *(["raw", "two", *row] for row in two),
        *(["tuned", "two", *row] for row in two), *(["tuned", "one", *row] for row in one),
    ]  # fmt: skip


def test_only_effects_of_families_on_the_gap_are_read(tmp_path):
    others = [effect("dense5", 9.0, level="dense5_model_mean"), effect("one", 9.0, metric="delta_cosine")]
    swap = [effect(family, 0.1, side="pt_swap_into_it", region="graft_window") for family in ("one", "two")]
    rows = read_window_effects(write_effects(tmp_path / "effects", [*EFFECTS, *others, *swap]))
    assert rows.to_numpy().tolist() == [
        ["one", "late_full", "graft", "final_fifth", 0.25], ["two", "late_full", "graft", "final_fifth", -0.5],
        ["one", "late_full", "swap", "window", 0.1], ["two", "late_full", "swap", "window", 0.1],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "a list instead of a JSON object"),
        (without(CONTROL, "models"), r"no 'models' \(None is no JSON object\)"),
        (with_value(CONTROL, {}, "models"), "'models' is empty"),
        (without(CONTROL, "models", "one", "prompt_means"), "one: no 'prompt_means'"),
        (
            without(CONTROL, "models", "one", "prompt_means", "b", "B_mid_true__delta_vs_A"),
            r"one, prompt 'b': no key like .*_true__delta_vs_A' of the window 'mid'; this is not the published summary",
        ),
        (
            without(CONTROL, "models", "two", "prompt_means", "a", "B_late_rand_resproj_s0__delta_vs_A"),
            r"two, prompt 'a': no key like .*rand_resproj.* of the window 'late'",
        ),
        (
            with_value(
                CONTROL, None, "models", "one", "prompt_means", "a", "B_late_true__delta_vs_A", "kl_to_own_final"
            ),
            "prompt 'a', B_late_true__delta_vs_A: 'kl_to_own_final' is None, not a finite number",
        ),
    ],
)
def test_another_layout_of_the_random_control_is_refused(tmp_path, content, said):
    with pytest.raises(TableError, match=said):
        read_random_control(write_json(tmp_path / "control", content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (without(GAPS, "tuned"), "no 'tuned'"),
        (
            without(GAPS, "tuned", "one"),
            r"the lenses have other families .*'raw': \['one', 'two'\], 'tuned': \['two'\]",
        ),
        (with_value(GAPS, 2, "raw", "one", "n_layers"), "one: 'n_layers' is 2, too few to be cut into thirds; this is"),
        (without(GAPS, "raw", "one", "n_layers"), "raw lens, one: 'n_layers' is None, not a finite number"),
        (
            with_value(GAPS, [1.0], "tuned", "two", "mean_kl_pt_per_layer"),
            "tuned lens, two: 'mean_kl_pt_per_layer' is no list of 3 numbers, one a block",
        ),
        (
            with_value(GAPS, [1.0, "x", 0.0, 0.0], "raw", "one", "mean_kl_it_per_layer"),
            "raw lens, one: 'mean_kl_it_per_layer' is 'x', not a finite number",
        ),
    ],
)
def test_another_layout_of_the_means_by_block_is_refused(tmp_path, content, said):
    with pytest.raises(TableError, match=said):
        read_gap_by_block(write_json(tmp_path / "gaps", content))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([effect("one", 1.0, level="prompt")], "no row of level 'model' and metric 'kl_to_own_final'"),
        ([effect("one", 1.0, side="none")], r"'side' is 'none', not one of \['it_graft_into_pt', 'pt_swap_into_it'\]"),
        ([effect("one", 1.0, region="all")], r"'region' is 'all', not one of"),
        (
            [effect("one", "")],
            r"'estimate' of \['one', 'late_full', 'graft', 'final_fifth'\] is nan, not a finite number",
        ),
        ([*EFFECTS, EFFECTS[1]], r"2 rows of 'two' for \['late_full', 'graft', 'final_fifth'\]"),
        ([*EFFECTS, effect("one", 1.0, window="prelate_half")], r"0 rows of 'two' for \['prelate_half', 'graft', "),
    ],
)
def test_another_layout_of_the_windows_is_refused(tmp_path, rows, said):
    with pytest.raises(TableError, match=said):
        read_window_effects(write_effects(tmp_path / "effects", rows))


def test_a_column_that_is_missing_is_named(tmp_path):
    short = [name for name in HEADER if name != "estimate"]
    with pytest.raises(TableError, match="no column 'estimate'; this is not the published summary"):
        read_window_effects(write_effects(tmp_path / "effects", EFFECTS, header=short))


@pytest.mark.parametrize("read", [read_random_control, read_gap_by_block])
def test_what_is_no_json_is_refused(tmp_path, read):
    (tmp_path / "summary").write_text("404: Not Found")
    with pytest.raises(TableError, match="summary: not JSON"):
        read(tmp_path / "summary")
