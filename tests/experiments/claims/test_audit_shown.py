"""The audit shows the published effects beside ours, selection by selection."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.claims.draw_audit import draw_audit
from crosspatch.experiments.claims.table_audit import SOURCE, table_audit
from crosspatch.experiments.claims.table_audit import SPEC as AUDIT
from crosspatch.figures.rendering import render
from crosspatch.figures.style import COLOURS

LABELS = {"llama31_8b": "Qwen2.5 32B"}
SHIFT = {"authors": 0.0, "headline": 0.1, "all": 0.2}


@pytest.fixture
def audit(make):
    effects = make.effects(1)
    own = effects[(effects["scope"] == "llama31_8b") & (effects["precision"] == "checkpoint")]
    consistent = own[own["arm"] == "all"].assign(arm="consistent", n_events=580)
    own = pd.concat([own, consistent])
    moved = [
        own.assign(selection=name, value=own["value"] + by, low=own["low"] + by, high=own["high"] + by)
        for name, by in SHIFT.items()
    ]
    return pd.concat(moved, ignore_index=True)


@pytest.fixture
def published():
    rows = [
        (effect, readout, value, value - 0.2, value + 0.2)
        for (effect, value), readout in itertools.product(
            {"portable": 1.0, "matched": 2.25, "interaction": 1.25}.items(), ("common_tuned", "common_base")
        )
    ]
    frame = pd.DataFrame(rows, columns=["effect", "readout", "value", "low", "high"])
    other = frame.assign(section="Table B.2", value=9.0)
    made = pd.concat([frame.assign(section=SOURCE), other], ignore_index=True)
    return made.assign(scope="llama31_8b", arm="all", precision="checkpoint", method="prompt", n=599)


@pytest.fixture
def resolution():
    shares = {
        ("margin", 0.0625): 1.0, ("margin", 0.125): 0.9, ("margin", 0.25): 0.5,
        ("interaction", 0.0625): 0.996, ("interaction", 0.125): 0.89, ("interaction", 0.25): 0.4,
    }  # fmt: skip
    rows = [
        (readout, "checkpoint", quantity, step, share, 4)
        for readout, ((quantity, step), share) in itertools.product(("common_tuned", "common_base"), shares.items())
    ]
    return pd.DataFrame(rows, columns=["readout", "precision", "quantity", "step", "share", "n"])


def test_the_table_has_the_published_row_first_and_then_every_selection(audit, published):
    table = table_audit(audit, published)
    first = table[table["readout"] == "common tuned"]
    assert list(zip(first["prompts"], first["arm"], strict=True)) == [
        ("as published", "all"),
        *itertools.product(("authors' prompts", "headline prompts", "all prompts"), ("all", "consistent", "≥3")),
    ]
    published_row, authors, headline = first.iloc[0], first.iloc[1], first.iloc[4]
    assert published_row[["interaction", "interaction_low", "interaction_high", "n_events"]].tolist() == [
        1.25, pytest.approx(1.05), pytest.approx(1.45), 599,
    ]  # fmt: skip
    assert headline["interaction"] - authors["interaction"] == pytest.approx(0.1)
    assert first.iloc[2]["n_events"] == 580
    own = audit[(audit["selection"] == "authors") & (audit["arm"] == "all") & (audit["readout"] == "common_tuned")]
    prompt = own[(own["effect"] == "interaction") & (own["method"] == "prompt")]
    assert authors["interaction_low"] == prompt["low"].item()
    assert len(table) == 20
    markdown = render(table, AUDIT)["markdown"]
    assert "| common tuned | as published " in markdown
    assert "1.25 [1.05, 1.45]" in markdown


def test_the_figure_draws_the_published_interaction_and_ours(audit, published, resolution, see):
    drawing = draw_audit(audit, resolution, published, LABELS)
    left, middle, _ = drawing.figure.axes
    dots = see.dots(left)
    assert len(dots) == 2 * 7
    assert dots[(dots["y"] < 0.5) & (dots["colour"] == COLOURS["tuned"])]["x"].tolist() == [1.25]
    own = audit[
        (audit["effect"] == "interaction") & (audit["readout"] == "common_base") & (audit["method"] == "prompt")
    ]
    (wanted,) = own[(own["selection"] == "headline") & (own["arm"] == "consistent")].itertuples()
    assert any(np.allclose(span, [wanted.low, 4.2, wanted.high, 4.2]) for span in see.spans(left))
    assert len(see.dots(middle)) == len(see.spans(middle)) == 3 * 5
    bars = see.all_with(drawing.figure, "share ")
    assert bars["interaction 0.125"].get_height() == pytest.approx(89)
    words = "\n".join(text.get_text() for text in see.visible_texts(drawing.figure))
    assert "n = 599" in words
    assert "C: margins" in words
    assert "(logits)" in words


def test_no_text_of_the_figure_overlaps_another_or_leaves_the_page(audit, published, resolution, see):
    figure = draw_audit(audit, resolution, published, LABELS).figure
    boxes = see.visible_texts(figure)
    width, height = figure.bbox.size
    for text, box in boxes.items():
        assert box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1, text.get_text()  # noqa: PT018
    for (one, box), (other, another) in itertools.combinations(boxes.items(), 2):
        overlap = min(
            min(box.x1, another.x1) - max(box.x0, another.x0), min(box.y1, another.y1) - max(box.y0, another.y0)
        )
        assert overlap < 1.5, f"{one.get_text()!r} overlaps {other.get_text()!r}"


def test_what_is_missing_is_named(audit, published, resolution):
    with pytest.raises(TableError, match=r"table audit: the table has no rows; audit the published records again"):
        table_audit(audit.iloc[:0], published)
    with pytest.raises(TableError, match=r"table audit: data/published has no number of pair 'llama31_8b' in section"):
        table_audit(audit, published[published["section"] != SOURCE])
    with pytest.raises(TableError, match=r"figure audit: the table lacks the columns \['share'\]"):
        draw_audit(audit, resolution.drop(columns="share"), published, LABELS)
