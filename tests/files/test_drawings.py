"""Figures and tables are written whole, with the same bytes every time."""

import re
import zlib
from dataclasses import dataclass, field

import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from crosspatch.files.drawings import write_drawing
from crosspatch.files.rendered_tables import write_rendered_table


@dataclass
class Sample:
    """The least that can be written."""

    figure: Figure
    drawn: pd.DataFrame
    style: dict = field(default_factory=lambda: {"pdf.fonttype": 42, "savefig.dpi": 200})


@pytest.fixture
def drawing():
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 2], [0.1, -0.2], gid="line")
    return Sample(figure, pd.DataFrame({"x": [1, 2], "y": [0.1, -0.2], "text": ["a, b", 'quote " here']}))


def paths_in(folder):
    return {kind: folder / f"fig.{kind}" for kind in ("pdf", "png", "csv")}


def test_all_three_files_are_written(drawing, tmp_path):
    paths = paths_in(tmp_path / "new")
    write_drawing(drawing, **paths)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["fig.csv", "fig.pdf", "fig.png"]
    pd.testing.assert_frame_equal(pd.read_csv(paths["csv"]), drawing.drawn)
    assert paths["csv"].read_bytes().count(b"\r") == 0
    with Image.open(paths["png"]) as image:
        assert image.size == (400, 200)


def test_the_same_drawing_gives_the_same_bytes(drawing, tmp_path):
    written = []
    for name in ("one", "two"):
        write_drawing(drawing, **paths_in(tmp_path / name))
        written.append([path.read_bytes() for path in paths_in(tmp_path / name).values()])
    assert written[0] == written[1]


def test_no_dates_no_versions_and_embedded_fonts(drawing, tmp_path):
    paths = paths_in(tmp_path)
    write_drawing(drawing, **paths)
    pdf = paths["pdf"].read_bytes()
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    whole = pdf + b"".join(zlib.decompress(stream) for stream in streams if stream[:1] == b"x")
    assert b"/Producer (crosspatch)" in whole
    assert b"Date" not in whole
    assert b"atplotlib" not in whole
    assert b"/FontFile2" in whole
    assert b"/Type3" not in whole
    with Image.open(paths["png"]) as image:
        assert set(image.info) == {"dpi"}


def test_a_figure_that_fails_leaves_nothing(drawing, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(drawing.figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        write_drawing(drawing, **paths_in(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", ["pdf", "png"])
def test_a_failing_rewrite_keeps_the_old_file(drawing, tmp_path, monkeypatch, failing):
    paths = paths_in(tmp_path)
    write_drawing(drawing, **paths)
    before = {kind: path.read_bytes() for kind, path in paths.items()}
    save = drawing.figure.savefig

    def fail(path, **settings):
        if settings["format"] == failing:
            path.write_bytes(b"half")
            raise OSError("disk full")
        save(path, **settings)

    monkeypatch.setattr(drawing.figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        write_drawing(drawing, **paths)
    assert {kind: path.read_bytes() for kind, path in paths.items()} == before
    assert len(list(tmp_path.iterdir())) == 3


def test_a_rendered_table_is_written_in_three_formats(tmp_path):
    rendered = {"csv": "a,b\n1,2\n", "markdown": "| a |\n", "latex": "\\toprule é\n"}
    paths = {"csv": tmp_path / "t.csv", "markdown": tmp_path / "t.md", "latex": tmp_path / "t.tex"}
    write_rendered_table(rendered, **paths)
    assert {kind: path.read_text(encoding="utf-8") for kind, path in paths.items()} == rendered
