"""The figure and the tables of lenses hold the numbers of their tables, each where it belongs."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from crosspatch.errors import TableError
from crosspatch.experiments.lenses.draw_lenses import PANELS, draw_lenses
from crosspatch.experiments.lenses.table_lens_seeds import SPEC as SEEDS_SPEC
from crosspatch.experiments.lenses.table_lens_seeds import table_lens_seeds
from crosspatch.experiments.lenses.table_lenses import SPEC, table_lenses
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS

CHECKPOINTS = {  # family, side, blocks
    "shallow_base": ("Shallow", "base", 3),
    "shallow_tuned": ("Shallow", "tuned", 3),
    "deep_base": ("Deep", "base", 5),
    "deep_tuned": ("Deep", "tuned", 5),
    "twin": ("Twin", "tuned", 3),
}
USELESS = {("deep_tuned", 1)}


def planted():
    rows = []
    for place, (name, (family, side, blocks)) in enumerate(CHECKPOINTS.items()):
        for text, block, lens in itertools.product(("held_out", "continuations"), range(blocks), ("raw", "tuned")):
            last = block == blocks - 1
            value = (
                0.0 if last and lens == "raw" else (blocks - block) * (1 + place) * (0.5 if lens == "tuned" else 1.0)
            )
            value += 0.01 * (text == "continuations")
            beats = not last and (name, block) not in USELESS
            known = {"checkpoint": name, "family": family, "side": side, "text": text, "block": block, "lens": lens}
            numbers = {"n_tokens": 50 + place, "agreement": 0.9, "kl_to_final": 2 * value, "kl_from_final": value}
            rows.append(known | numbers | {"beats_raw": beats})
    return pd.DataFrame(rows)


def test_every_lens_has_its_line_in_the_panel_of_its_checkpoint(see):
    table = planted()
    figure = draw_lenses(table).figure
    panels = np.array(figure.axes).reshape(3, 4)
    for line, family in zip(panels, ("Shallow", "Deep", "Twin"), strict=True):
        for axes, (side, text) in zip(line, PANELS, strict=True):
            own = table[(table["family"] == family) & (table["side"] == side) & (table["text"] == text)]
            assert axes.axison == bool(len(own))
            drawn = {one._unscaled_dash_pattern[1] is None: one for one in axes.lines if one.get_gid() is None}
            for lens, is_solid in (("raw", False), ("tuned", True)):
                if len(own):
                    expected = own.loc[own["lens"] == lens, "kl_from_final"].to_numpy()
                    np.testing.assert_allclose(drawn[is_solid].get_ydata(), expected)
                    assert axes.get_ylim()[0] < expected.min() <= expected.max() < axes.get_ylim()[1]
                    assert to_hex(drawn[is_solid].get_color()).upper() == COLOURS[side]


def test_maps_that_are_no_better_than_raw_are_crossed(see):
    panels = np.array(draw_lenses(planted()).figure.axes).reshape(3, 4)
    crosses = [one for one in panels[1, 2].lines if one.get_gid() == "no better than raw"]
    assert [one.get_xdata().tolist() for one in crosses] == [[1, 4]]
    crosses = [one for one in panels[0, 0].lines if one.get_gid() == "no better than raw"]
    assert [one.get_xdata().tolist() for one in crosses] == [[2]]


def test_no_text_of_the_figure_overlaps_another(see):
    boxes = see.visible_texts(draw_lenses(planted()).figure)
    for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
        overlap = (min(box.x1, another.x1) - max(box.x0, another.x0), min(box.y1, another.y1) - max(box.y0, another.y0))
        assert min(overlap) < 1.5, f"{one.get_text()!r} overlaps {other.get_text()!r}"


def test_the_table_has_means_over_all_blocks_but_the_last():
    table = table_lenses(planted())
    assert table["checkpoint"].tolist() == [name for name in CHECKPOINTS for _ in range(2)]
    first, deep = table.iloc[0], table[table["checkpoint"] == "deep_tuned"].iloc[0]
    assert (first["raw_kl_from_final"], first["tuned_kl_from_final"]) == (2.5, 1.25)
    assert (first["no_better"], deep["no_better"]) == ("2", "1, 4")
    cells = [cell.strip() for cell in render(table, SPEC)["markdown"].splitlines()[4].split("|")[1:-1]]
    assert cells == ["Shallow", "base", "held-out text", "50", "2.5", "1.25", "5", "2.5", "90.0%", "90.0%", "2"]


def test_seeds_are_compared_in_the_mean_curve_and_where_they_are_most_apart():
    known = {"checkpoint": "one", "family": "One", "side": "base", "text": "held_out", "n_seeds": 3}
    rows = [
        {**known, "block": 0, "raw": 2.0, "least": 0.9, "mean": 1.0, "largest": 1.1},
        {**known, "block": 1, "raw": 1.0, "least": 0.5, "mean": 0.7, "largest": 0.9},
        {**known, "block": 2, "raw": 0.0, "least": 0.0, "mean": 5.0, "largest": 9.0},
    ]
    table = table_lens_seeds(pd.DataFrame(rows))
    row = table.iloc[0]
    found = [row[name] for name in ("raw", "mean", "apart", "most_apart", "block")]
    assert found == pytest.approx([1.5, 0.85, 0.3, 0.4, 1])
    assert "held-out text" in render(table, SEEDS_SPEC)["markdown"]


def test_an_empty_table_is_refused():
    with pytest.raises(TableError, match="figure lenses: the table has no rows; gather the lenses again"):
        draw_lenses(planted().head(0))
