"""The table of null pairs: every number that of its estimate, the interaction once more with its widest interval."""

import pytest

from crosspatch.experiments.null_pairs.collect_noise_floor import main
from crosspatch.experiments.null_pairs.table_noise_floor import SPEC, table_noise_floor
from crosspatch.figures.rendering import render
from crosspatch.files.tables import read_table, write_table

NULLS = {"tulu3": "A twin", "openmath2": "Another seed"}
WIDEST = {"tulu3": "cluster_template", "openmath2": "cluster_template"}


@pytest.fixture
def noise_floor(make):
    effects = make.effects(8)
    return effects[effects["scope"].isin(NULLS)]


def own(effects, scope, effect, method="prompt"):
    wanted = {"scope": scope, "effect": effect, "arm": "all", "readout": "common_tuned", "precision": "float32"}
    rows = effects[(effects[list(wanted)] == wanted).all(axis=1)]
    return rows[rows["method"] == method].iloc[0]


def test_one_row_per_null_pair_and_none_of_the_families(make, noise_floor):
    table = table_noise_floor(noise_floor, {**make.labels(3), **NULLS})
    assert list(table["family"]) == ["A twin", "Another seed"]


def test_numbers_are_those_of_the_estimates(noise_floor):
    table = table_noise_floor(noise_floor, NULLS)
    for place, scope in enumerate(NULLS):
        for effect in ("portable", "matched", "interaction", "native_shift", "interaction_share"):
            assert table[effect][place] == own(noise_floor, scope, effect)["value"]
        assert table["interaction_low"][place] == own(noise_floor, scope, "interaction")["low"]
        wide = own(noise_floor, scope, "interaction", WIDEST[scope])
        assert (table["widest_low"][place], table["widest_high"][place]) == (wide["low"], wide["high"])
        assert table["over"][place] == "prompt templates"
        assert table["n_events"][place] == wide["n_events"]


def test_the_widest_interval_is_written_with_what_it_resamples(noise_floor):
    wide = own(noise_floor, "tulu3", "interaction", WIDEST["tulu3"])
    written = render(table_noise_floor(noise_floor, NULLS), SPEC)["markdown"]
    assert f"{wide['value']:.2f} [{wide['low']:.2f}, {wide['high']:.2f}] | prompt templates" in written


def test_estimates_of_null_pairs_are_gathered_as_they_are_in_the_order_of_the_study(noise_floor, tmp_path):
    parts = []
    for scope in reversed(NULLS):
        parts.append(tmp_path / f"{scope}.parquet")
        write_table(noise_floor[noise_floor["scope"] == scope], parts[-1], "estimates", {})
    main(parts=parts, noise_floor=tmp_path / "noise_floor.parquet", provenance={})
    gathered = read_table(tmp_path / "noise_floor.parquet", "estimates")
    assert list(gathered["scope"].unique()) == ["openmath2", "tulu3"]
    assert len(gathered) == len(noise_floor)
