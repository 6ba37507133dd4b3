"""One specification, three formats, the same numbers."""

import io
import re

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.checkpoints import table_checkpoints
from crosspatch.experiments.factorial import table_readouts
from crosspatch.figures.rendering import (
    NOTHING,
    Column,
    TableSpec,
    count,
    estimate,
    logits,
    plain,
    render,
    revision,
    share,
)

SPEC = TableSpec(
    "sample",
    "A sample",
    "With {level} intervals & more.",
    (
        Column("family", "Family"), Column("effect", "Effect_name", estimate), Column("n", "n", count),
        Column("part", "Share", share), Column("other", "Other", logits),
    ),
    grouped=("family",),
)  # fmt: skip


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "family": ["A_1 & B", "A_1 & B", "50% | more"],
            "effect": [1.23456, -0.154, np.nan],
            "effect_low": [1.1, -0.3, np.nan],
            "effect_high": [1.4, -0.004, np.nan],
            "n": [600, 7, pd.NA],
            "part": [0.3111, -0.001, np.nan],
            "other": [2.0, np.nan, -3.456],
            "level": [0.95, 0.95, np.nan],
        }
    )


def test_csv_has_every_number_in_full(frame):
    again = pd.read_csv(io.StringIO(render(frame, SPEC)["csv"]))
    np.testing.assert_array_equal(again["effect"], frame["effect"])
    assert list(again.columns) == list(frame.columns)


def test_markdown(frame):
    text = render(frame, SPEC)["markdown"]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("|")
    ]
    assert text.startswith("**A sample.** With 95% intervals & more.\n\n|")
    assert rows[0] == ["Family", "Effect_name", "n", "Share", "Other"]
    assert rows[2] == ["A_1 & B", "1.23 [1.10, 1.40]", "600", "31.1%", "2.00"]
    assert rows[3] == ["", "-0.15 [-0.30, 0.00]", "7", "-0.1%", NOTHING]
    assert rows[4] == [r"50% \| more", NOTHING, NOTHING, NOTHING, "-3.46"]


def test_latex_is_booktabs_with_everything_escaped(frame):
    text = render(frame, SPEC)["latex"]
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert r"\begin{tabular}{lrrrr}" in text
    assert all(rule in text for rule in (r"\toprule", r"\midrule", r"\bottomrule"))
    assert r"\caption{A sample. With 95\% intervals \& more.}" in text
    assert r"\label{tab:sample}" in text
    assert body == [
        r"Family & Effect\_name & n & Share & Other \\",
        r"A\_1 \& B & 1.23 [1.10, 1.40] & 600 & 31.1\% & 2.00 \\",
        r" & $-$0.15 [$-$0.30, 0.00] & 7 & $-$0.1\% & -- \\",
        r"50\% | more & -- & -- & -- & $-$3.46 \\",
    ]


def test_text_with_hyphens_keeps_them():
    frame = pd.DataFrame({"family": ["Llama-3.1"]})
    assert "Llama-3.1 " in render(frame, TableSpec("x", "X", "", (Column("family", "Family"),)))["latex"]


def test_levels_are_named_together_or_said_to_be_missing(frame):
    several = render(frame.assign(level=[0.95, 0.9, 0.9]), SPEC)["markdown"]
    none = render(frame.assign(level=np.nan), SPEC)["markdown"]
    assert "With 90%, 95% intervals" in several
    assert "With no intervals" in none


def test_revisions_are_shortened_in_print_and_whole_in_csv(make):
    texts = render(table_checkpoints.table_checkpoints(make.pairs(1), make.labels(1)), table_checkpoints.SPEC)
    assert re.search(r"maker/llama31_8b@0abababa +\|", texts["markdown"])
    assert len(re.findall(r"@[0-9a-e]{40}", texts["csv"])) == 2
    assert revision({"base": "local/folder"}, "base") == "local/folder"


def test_numbers_agree_between_formats(make):
    effects = make.effects(2)
    texts = render(table_readouts.table_readouts(effects, make.labels(2)), table_readouts.SPEC)
    numbers = [re.findall(r"\d+\.\d+", texts[kind].split("Interaction share")[1]) for kind in ("markdown", "latex")]
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) == 9 * 12 + len(["Llama 3.1 8B"])


@pytest.mark.parametrize(("value", "text"), [(8.0, "8"), (8.5, "8.5"), (0.59375, "0.594"), (np.nan, NOTHING)])
def test_plain_numbers(value, text):
    assert plain({"x": value}, "x") == text


def test_empty_and_wrong_tables_are_refused(frame):
    with pytest.raises(TableError, match="table sample: the table has no rows; make the table again"):
        render(frame.iloc[:0], SPEC)
    with pytest.raises(TableError, match=r"table sample: the table lacks the columns \['n'\]"):
        render(frame.drop(columns="n"), SPEC)
