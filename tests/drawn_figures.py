"""Ways to look at a figure: its texts, the points and intervals of a panel, and what was drawn under a name."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text


def artist(figure, gid):
    """The one artist drawn under a name."""
    (found,) = figure.findobj(lambda thing: thing.get_gid() == gid)
    return found


def all_with(figure, start):
    """Every artist whose name starts so, by the rest of the name."""
    found = figure.findobj(lambda thing: (thing.get_gid() or "").startswith(start))
    return {thing.get_gid().removeprefix(start): thing for thing in found}


def visible_texts(figure):
    """Every text a reader sees, with its box in pixels."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not axes.axison or not low <= tick.get_loc() <= high or not tick.label1.get_visible():
                    hidden.add(tick.label1)
                hidden.add(tick.label2)
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return {text: text.get_window_extent(renderer) for text in texts if text not in hidden}


def dots_of(axes):
    """Every dot of a panel: where, its colour (of hollow ones the edge's), whether it is hollow, and its shape."""
    rows = []
    for dots in axes.collections:
        if isinstance(dots, PathCollection):
            places, paths = dots.get_offsets(), dots.get_paths()
            faces, edges = (
                np.broadcast_to(colours, (len(places), 4)) for colours in (dots.get_facecolor(), dots.get_edgecolor())
            )
            for place, ((x, y), face, edge) in enumerate(zip(places, faces, edges, strict=True)):
                colour = to_hex(face if face[3] else edge).upper()
                rows.append((x, y, colour, not face[3], paths[place % len(paths)].vertices.tobytes()))
    return pd.DataFrame(rows, columns=["x", "y", "colour", "hollow", "shape"])


def spans_of(axes):
    """Ends of every interval drawn in a panel: x and y of one, then of the other."""
    lines = [line for line in axes.collections if isinstance(line, LineCollection)]
    spans = [np.ravel(segment) for line in lines for segment in line.get_segments()]
    return [span for span in spans if np.isfinite(span).all()]


def place_of(axes, along, row):
    """Where across an axis the one dot is that stands at a row's value along it and has its interval."""
    across = {"x": "y", "y": "x"}[along]
    ends = ("xyxy".index(along), 2 + "xyxy".index(along))
    places = [
        place
        for place in dots_of(axes).loc[lambda dots: np.isclose(dots[along], row.value), across]
        for span in spans_of(axes)
        if np.allclose([span[end] for end in ends], [row.low, row.high])
        and np.allclose([span["xyxy".index(across)], span[2 + "xyxy".index(across)]], place)
    ]
    (place,) = places
    return place


@pytest.fixture
def see():
    """Ways to look at a figure."""
    return SimpleNamespace(
        artist=artist, all_with=all_with, visible_texts=visible_texts, dots=dots_of, spans=spans_of, place=place_of
    )
