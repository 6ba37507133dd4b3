"""What holds of all figures."""

import hashlib
import itertools
import os
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot

import crosspatch
import finished_tables
from crosspatch.errors import TableError
from crosspatch.experiments.factorial.draw_categories import draw_categories
from crosspatch.experiments.factorial.draw_cell_means import draw_cell_means
from crosspatch.experiments.factorial.draw_interaction import draw_interaction
from crosspatch.experiments.factorial.draw_positions import draw_positions
from crosspatch.experiments.factorial.draw_readouts import draw_readouts
from crosspatch.experiments.factorial.draw_schematic import draw_schematic
from crosspatch.experiments.miniatures.draw_losses import draw_losses
from crosspatch.figures.style import styled
from crosspatch.files.drawings import write_drawing
from crosspatch.workflow.catalogue import all_shown
from lifetimes import output_of

SOURCES = Path(crosspatch.__file__).parents[1]
EFFECT_FIGURES = [draw_interaction, draw_positions, draw_categories, draw_readouts]
WRITE_ALL = """
import importlib.util, pathlib, sys
spec = importlib.util.spec_from_file_location("builders", sys.argv[1])
builders = importlib.util.module_from_spec(spec)
spec.loader.exec_module(builders)
from crosspatch.files.drawings import write_drawing
out = pathlib.Path(sys.argv[2])
for name, drawing in builders.drawings_of(3).items():
    write_drawing(drawing, **{kind: out / f"{name}.{kind}" for kind in ("pdf", "png", "csv")})
"""


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_no_text_overlaps_another_or_leaves_the_page(make, see, count):
    for name, drawing in make.drawings(count).items():
        boxes = see.visible_texts(drawing.figure)
        width, height = drawing.figure.bbox.size
        for text, box in boxes.items():
            inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
            assert inside, f"{name}: {text.get_text()!r} leaves the page"
        for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
            overlap = (
                min(box.x1, another.x1) - max(box.x0, another.x0),
                min(box.y1, another.y1) - max(box.y0, another.y0),
            )
            assert min(overlap) < 1.5, f"{name}: {one.get_text()!r} overlaps {other.get_text()!r}"


def test_every_axis_says_its_unit(make, see):
    for name, drawing in make.drawings(3).items():
        if name != "schematic":
            labels = " ".join(text.get_text() for text in see.visible_texts(drawing.figure))
            assert "(logits)" in labels or "(nats per token)" in labels, name


def test_every_figure_of_effects_says_how_many_events(make, see):
    drawings = make.drawings(2)
    for name, counts in {
        "interaction": ["n = 600", "n = 597", "n = 1200"],
        "positions": ["600", "197", "1200", "40"],
        "categories": ["120", "117", "240"],
        "readouts": ["n = 600", "n = 597", "n = 1200"],
        "cell_means": ["n = 600", "n = 599"],
    }.items():
        words = "\n".join(text.get_text() for text in see.visible_texts(drawings[name].figure))
        assert all(count in words for count in counts), name


@pytest.mark.parametrize("draw", EFFECT_FIGURES)
@pytest.mark.parametrize("count", [1, 3])
def test_missing_intervals_are_left_out_and_nothing_else(make, see, draw, count):
    effects = make.effects(count).assign(low=np.nan, high=np.nan, level=np.nan)
    figure = draw(effects, make.labels(count)).figure
    assert not see.all_with(figure, "interval ")
    assert not any(see.spans(axes) for axes in figure.axes)
    assert any(len(see.dots(axes)) for axes in figure.axes)
    assert "95%" not in "\n".join(text.get_text() for text in see.visible_texts(figure))


@pytest.mark.parametrize("draw", EFFECT_FIGURES)
def test_a_family_without_events_keeps_its_place(make, see, draw):
    effects = make.effects(3)
    silent = (effects["scope"] == "qwen3_4b").to_numpy()
    effects.loc[silent, ["value", "low", "high", "level"]] = np.nan
    effects.loc[silent, "n_events"] = 0
    for table in (effects, effects[~silent]):
        words = [text.get_text() for text in see.visible_texts(draw(table, make.labels(3)).figure)]
        assert any("Qwen3 4B" in word for word in words)


@pytest.mark.parametrize("draw", EFFECT_FIGURES)
def test_a_study_of_one_pair_without_a_balanced_mean_is_drawn(make, see, draw):
    effects = make.effects(1)
    figure = draw(effects[effects["scope"] != "balanced"], make.labels(1)).figure
    words = "\n".join(text.get_text() for text in see.visible_texts(figure))
    assert "Llama 3.1 8B" in words
    assert "Mean of" not in words


@pytest.mark.parametrize("draw", EFFECT_FIGURES)
def test_an_empty_table_names_figure_and_remedy(make, draw):
    name = draw.__name__.removeprefix("draw_")
    with pytest.raises(TableError, match=rf"figure {name}: the table has no rows; make the estimates"):
        draw(make.effects(1).iloc[:0], make.labels(1))


def test_other_empty_tables_name_figure_and_remedy(make):
    with pytest.raises(TableError, match=r"figure cell_means: the table has no rows; average the margins"):
        draw_cell_means(make.cell_means(1).iloc[:0], make.labels(1))
    with pytest.raises(TableError, match=r"figure losses: the table has no rows; train the checkpoints"):
        draw_losses(make.losses(1).iloc[:0], make.labels(1))
    with pytest.raises(TableError, match=r"figure schematic: the table has no rows; choose two or three"):
        draw_schematic(make.examples().iloc[:0])


def test_the_numbers_written_are_the_numbers_drawn(make, tmp_path):
    for name, drawing in make.drawings(2).items():
        paths = {kind: tmp_path / f"{name}.{kind}" for kind in ("pdf", "png", "csv")}
        write_drawing(drawing, **paths)
        again = pd.read_csv(paths["csv"], keep_default_na=False, na_values={"low": [""], "without_interaction": [""]})
        pd.testing.assert_frame_equal(again, drawing.drawn, check_dtype=False, check_exact=True)


def test_two_processes_write_the_same_bytes(tmp_path):
    hashes = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(SOURCES), "TZ": f"UTC{seed}"}
        builders = Path(finished_tables.__file__)
        output_of([sys.executable, "-c", WRITE_ALL, builders, folder], env=environment)
        hashes.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())})
    assert len(hashes[0]) == 21
    assert hashes[0] == hashes[1]


def test_a_readers_own_matplotlib_settings_do_not_count(make, tmp_path):
    written = []
    for name, settings in {
        "plain": {},
        "odd": {"font.size": 20, "pdf.fonttype": 3, "axes.unicode_minus": False},
    }.items():
        with matplotlib.rc_context(settings):
            paths = {kind: tmp_path / f"{name}.{kind}" for kind in ("pdf", "png", "csv")}
            write_drawing(draw_interaction(make.effects(2), make.labels(2)), **paths)
            written.append([path.read_bytes() for path in paths.values()])
    assert written[0] == written[1]


def test_drawing_leaves_no_trace_in_matplotlib(make):
    before = dict(matplotlib.rcParams)
    make.drawings(1)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(
    ("form", "never"), [("draw", ["torch"]), ("table", ["torch", "seaborn", "matplotlib", "scipy"])]
)
def test_what_figures_and_tables_never_import(form, never):
    imports = f"import {', '.join(one.module for one in all_shown(form).values())}"
    check = f"import sys; {imports}; print([name for name in {never} if name in sys.modules])"
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    assert output_of([sys.executable, "-c", check], env=environment).strip() == "[]"


def test_drawing_opens_no_window(make):
    before = pyplot.get_fignums()
    make.drawings(1)
    assert pyplot.get_fignums() == before


def looks(figure):
    figure.draw_without_rendering()
    places = [value for axes in figure.axes for value in axes.get_position().bounds]
    ticks = [tick.get_text() for axes in figure.axes for tick in [*axes.get_xticklabels(), *axes.get_yticklabels()]]
    return places, ticks


@pytest.mark.parametrize("count", [2, 8])
def test_layout_and_ticks_do_not_depend_on_the_resolution(make, count):
    for drawing in make.drawings(count).values():
        seen = []
        for dpi in (72, 300):
            drawing.figure.set_dpi(dpi)
            seen.append(looks(drawing.figure))
        assert seen[0] == seen[1]


def test_the_layout_has_settled(make):
    for name, drawing in make.drawings(8).items():
        if name != "schematic":
            before, _ = looks(drawing.figure)
            with styled():
                drawing.figure.set_layout_engine("constrained")
                after, _ = looks(drawing.figure)
            np.testing.assert_allclose(before, after, atol=0.002, err_msg=name)
