"""The table of the control `mixture`: every number where it belongs, and that it says what it is not."""

import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.mixture import table_mixture as shown
from crosspatch.experiments.mixture.kinds import KINDS, MARKER, MIXTURE, WORDS, arm_of
from crosspatch.figures.rendering import render

EFFECTS = ["portable", "matched", "interaction"]
CATEGORIES = ["content_fact", "format"]


@pytest.fixture
def estimates(make):
    """Return a function that makes the estimates of some families, every number different and known."""

    def of(count):
        arms = [*KINDS, *(arm_of(kind, category) for category in CATEGORIES for kind in KINDS)]
        rows = []
        for place, scope in enumerate([*make.labels(count), *(["balanced"] if count > 1 else [])]):
            for y, arm in enumerate(arms):
                for x, effect in enumerate(EFFECTS):
                    value = place + y / 10 + x / 100
                    known = {"control": "mixture", "arm": arm, "effect": effect, "scope": scope, "method": "prompt"}
                    view = {"readout": "common_tuned", "precision": "float32", "level": 0.95, "draws": 10, "seed": 1}
                    counts = {"n_events": 100 * place + y, "n_prompts": 9, "n_pairs": count if place == count else 1}
                    rows.append(known | view | counts | {"value": value, "low": value - 0.1, "high": value + 0.1})
        return pd.DataFrame(rows).sample(frac=1, random_state=1)

    return of


def test_families_have_all_kinds_and_the_mean_every_category_too(estimates, make):
    table = shown.table_mixture(estimates(2), make.labels(2))
    assert table["kind"].tolist() == [*KINDS] * 5
    assert table["category"].tolist() == ["all"] * 12 + [CATEGORIES[0]] * 4 + [CATEGORIES[1]] * 4
    assert list(table["family"].unique()) == [*make.labels(2).values(), "Mean of 2 families"]
    assert table["family"].iloc[12:].eq("Mean of 2 families").all()
    (row,) = table[(table["kind"] == MIXTURE) & (table["category"] == "format")].itertuples()
    assert [row.portable, row.matched, row.interaction] == pytest.approx([3.1, 3.11, 3.12])
    assert (row.interaction_low, row.interaction_high, row.n_events) == (pytest.approx(3.02), pytest.approx(3.22), 211)
    first = table.iloc[1]
    assert (first["kind"], first["portable"], first["n_events"]) == (WORDS, pytest.approx(0.1), 1)
    assert "2.32 [2.22, 2.42]" in render(table, shown.SPEC)["markdown"]


def test_the_interval_is_the_widest(estimates, make):
    rows = estimates(2)
    wide = rows.assign(method="cluster_tokens", low=rows["low"] - 1, high=rows["high"] + 1)
    table = shown.table_mixture(pd.concat([rows, wide]), make.labels(2))
    assert (table["portable_high"] - table["portable_low"]).tolist() == pytest.approx([2.2] * len(table))


def test_a_study_of_one_family_has_its_categories(estimates, make):
    table = shown.table_mixture(estimates(1), make.labels(1))
    assert table["family"].tolist() == ["Llama 3.1 8B"] * 12
    assert table["category"].tolist() == ["all"] * 4 + [CATEGORIES[0]] * 4 + [CATEGORIES[1]] * 4


def test_a_kind_without_an_event_keeps_its_place(estimates, make):
    rows = estimates(2)
    lost = rows["arm"].str.startswith(MARKER) & ~rows["scope"].isin(["llama31_8b"])
    table = shown.table_mixture(rows[~lost], make.labels(2))
    empty = table[(table["kind"] == MARKER) & (table["family"] != "Llama 3.1 8B")]
    assert len(empty) == 4, "the second family, the mean, and the mean's two categories"
    assert empty["n_events"].eq(0).all()
    assert empty["interaction"].isna().all()


def test_it_says_that_it_is_no_first_divergence_measurement():
    for said in (shown.__doc__, shown.SPEC.note):
        assert "first divergence" in said.replace("-", " ").replace("\n", " ")
    assert "no\nfirst-divergence measurement" in shown.__doc__


def test_what_is_missing_is_named(estimates, make):
    with pytest.raises(TableError, match="table mixture: the table has no rows; make the estimates"):
        shown.table_mixture(estimates(2).iloc[:0], make.labels(2))
    rows = estimates(2)
    with pytest.raises(TableError, match="table mixture: no family-balanced estimate among the scopes"):
        shown.table_mixture(rows[rows["scope"] != "balanced"], make.labels(2))
