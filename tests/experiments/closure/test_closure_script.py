"""The script of moved states on checkpoints on disk: every boundary, another descendant, two families."""

import pytest

from crosspatch.errors import ConfigError
from crosspatch.experiments.closure import count_directions, measure_closure, move_states
from crosspatch.experiments.closure.names import BASE_STATE, OTHER_DESCENDANT, TUNED_STATE
from crosspatch.experiments.null_pairs import estimate_floor
from crosspatch.files.checkpoint_manifests import MANIFEST
from crosspatch.files.tables import read_provenance, read_table, write_table

PLACE = {
    "placement": {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa"},
    "batches": {"plan": "exact", "tokens": 256},
}
CLOSURE = {"boundaries": "every", "directions": [1, 4], "primary": 4, "seeds": [0], "split": {"share": 0.5, "seed": 1}}


@pytest.fixture(scope="module")
def run(make_model, save_model, tmp_path_factory):
    """Return a function from a pair and settings to the table of its moved margins; one has another descendant."""
    other = save_model(make_model("llama", seed=5), "other") / MANIFEST

    def measure(pair, **changes):
        folder = tmp_path_factory.mktemp("closure")
        write_table(pair.events, folder / "events.parquet", "events")
        sides = {side: where / MANIFEST for side, where in pair.folders.items()}
        move_states.main(
            verified=[], **sides, other=[other] if pair.name == "llama" else [], events=folder / "events.parquet",
            margins=folder / "margins.parquet", boundary=pair.boundary, closure=CLOSURE | changes, **PLACE,
            provenance={"rule": "tested"},
        )  # fmt: skip
        return folder / "margins.parquet"

    return measure


def test_every_boundary_has_every_arm_and_the_ends_do_not_hang_on_the_boundary(run, llama):
    path = run(llama)
    found = read_table(path, "moved_margins")
    assert set(found["boundary"]) == {1, 2, 3, 4}
    assert set(found["blocks"]) == {5}
    assert set(found.loc[found["is_registered"], "boundary"]) == {llama.boundary}
    assert found.groupby("boundary")["arm"].nunique().nunique() == 1
    assert OTHER_DESCENDANT in set(found["arm"])
    ends = found[found["arm"] == TUNED_STATE].groupby("prompt_id")["margin_float32"]
    assert (ends.nunique() == 1).all()
    starts = found[found["arm"] == BASE_STATE].groupby("prompt_id")["margin_float32"]
    assert (starts.nunique() > 1).any()
    assert found["n_fitted"].iloc[0] + found["prompt_id"].nunique() == len(llama.usable)
    assert read_provenance(path)["engines"]["tested"][0]["batches"] == PLACE["batches"]


def test_a_family_in_another_dtype_has_no_other_descendant_and_the_same_columns(run, convert_pair):
    found = read_table(run(convert_pair("olmo2"), boundaries=[4]), "moved_margins")
    assert set(found["boundary"]) == {3, 4}
    assert OTHER_DESCENDANT not in set(found["arm"])
    assert (found["margin_checkpoint"] != found["margin_float32"]).any()


def test_a_boundary_above_the_stack_is_refused(run, llama):
    with pytest.raises(ConfigError, match="asks for boundary 9 of 5 blocks"):
        run(llama, boundaries=[2, 9])


def test_estimates_of_two_families_and_a_null_pair_from_tables_on_disk(run, llama, convert_pair, tmp_path):
    pairs = {"llama": llama, "olmo2": convert_pair("olmo2")}
    margins = {name: run(pair, boundaries=[2]) for name, pair in pairs.items()}
    for name, path in margins.items():
        values = tmp_path / name / "closure_values.parquet"
        measure_closure.main(margins=path, values=values, primary=4, provenance={"rule": "tested"})
        write_table(pairs[name].events, tmp_path / f"{name}_events.parquet", "events")
    settings = {"draws": 50, "level": 0.9}
    shared = {"seed": 1, "settings": settings, "provenance": {"rule": "tested"}}
    tables = {kind: tmp_path / f"{kind}.parquet" for kind in ("ratios", "counts")}
    count_directions.main(margins=list(margins.values()), directions=[4, 1], **tables, **shared)
    counts = read_table(tables["counts"], "closure_counts")
    assert counts.groupby("pair")["boundary"].agg(list).to_dict() == {"llama": [2, 3], "olmo2": [2, 3]}
    assert set(counts["most"]) == {4}
    floor = tmp_path / "floor.parquet"
    estimate_floor.main(
        values=[tmp_path / name / "closure_values.parquet" for name in pairs],
        events=[tmp_path / f"{name}_events.parquet" for name in pairs],
        pairs=list(pairs), floor=floor, control="closure", **shared,
    )  # fmt: skip
    found = read_table(floor, "estimates")
    assert set(found["scope"]) == set(pairs)
    own = found[(found["effect"] == "closure") & (found["arm"] == "registered, full difference")]
    own = own[(own["method"] == "prompt") & (own["precision"] == "float32")].set_index("scope")["value"]
    ratios = read_table(tables["ratios"], "closure_ratios")
    ratios = ratios[ratios["is_registered"] & (ratios["arm"] == "full difference")].set_index("pair")["closure"]
    assert own.to_dict() == pytest.approx(ratios.to_dict(), abs=1e-6)
