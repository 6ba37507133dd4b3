"""The scripts of grafts on checkpoints on disk: from histories to values of both hosts, with a further donor."""

import pytest

from crosspatch.errors import CheckpointError
from crosspatch.experiments.grafts import measure_grafts, read_grafts
from crosspatch.files.checkpoint_manifests import MANIFEST
from crosspatch.files.states import write_states
from crosspatch.files.tables import read_provenance, read_table, write_table
from crosspatch.models.grafts import load_donor, load_mlps, mlps_of
from crosspatch.models.lens import tensors_of
from crosspatch.models.loading import load_model
from crosspatch.records.grafts import NO_GRAFT

PLACE = {
    "placement": {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa"},
    "batches": {"plan": "padded", "tokens": 256},
}
NOTE = {"provenance": {"rule": "tested"}}
NAMED = {"early": [0, 2], "middle": [1, 4], "late": [3, 5]}
MODES = {"base_raw": ("base", "tuned", ["raw", "chat"]), "tuned_chat": ("tuned", "base", ["chat", "raw"])}
KINDS = ("readings", "writes", "choices")


@pytest.fixture(scope="module")
def written(make_pair, make_model, make_parties, histories, save_model, tmp_path_factory):
    """Folder with the tables of both hosts, of the tuned checkpoint's history with controls and the base's without."""
    folder, pair = tmp_path_factory.mktemp("grafts"), make_pair("olmo2")
    manifests = {side: where / MANIFEST for side, where in pair.folders.items()}
    write_states(tensors_of(make_parties("llama").host.read.lens), folder / "lens.safetensors")
    write_table(histories, folder / "histories.parquet", "histories")
    donor = save_model(make_model("olmo2", seed=5), "donor") / MANIFEST
    lenses = dict.fromkeys(("host_lens", "other_lens"), folder / "lens.safetensors")
    for reader, (host, other, modes) in MODES.items():
        for teacher, seeds in (("tuned_chat", [0, 1]), ("base_raw", [])):
            given = {"host": manifests[host], "other": manifests[other], "histories": folder / "histories.parquet"}
            outputs = {kind: folder / f"{reader}_{teacher}_{kind}.parquet" for kind in KINDS}
            settings = {"modes": modes, "named": NAMED, "united": [["early", "late"]], "seeds": seeds}
            donors = [donor] if seeds else []
            read_grafts.main(
                verified=folder / "verified.json",
                **given,
                **lenses,
                donors=donors,
                **outputs,
                **settings,
                **PLACE,
                **NOTE,
            )
    return folder


def test_controls_are_read_with_one_teacher_and_windows_with_both(written):
    for reader in MODES:
        with_controls, without = (
            set(read_table(written / f"{reader}_{teacher}_choices.parquet", "grafted_choices")["arm"])
            for teacher in ("tuned_chat", "base_raw")
        )
        assert {NO_GRAFT, "early", "early + late", "half before late", "block 4"} <= without < with_controls
        assert {"late, MLPs of donor", "middle, random per step, seed 1", "early, identity"} <= with_controls - without
        assert not [arm for arm in with_controls if arm.startswith(("block 4,", "early + late,"))]
    made = read_provenance(written / "base_raw_tuned_chat_readings.parquet")
    assert made["engines"]["tested"][0]["batches"] == PLACE["batches"]


def test_values_of_both_hosts_are_of_their_own_tables(written):
    tables = {
        kind: [
            written / f"{reader}_{teacher}_{kind}.parquet" for reader in MODES for teacher in ("tuned_chat", "base_raw")
        ]
        for kind in KINDS
    }
    paths = [written / f"{control}.parquet" for control in ("grafts", "swaps")]
    given = {"pair": "olmo2", "histories": ["tuned", "base"], "named": NAMED, "united": [["early", "late"]], **NOTE}
    measure_grafts.main(**tables, values=paths, **given)
    for path, reader in zip(paths, MODES, strict=True):
        values = read_table(path, "control_values").set_index(["arm", "quantity", "prompt_id"])["value"].sort_index()
        choices = read_table(written / f"{reader}_base_raw_choices.parquet", "grafted_choices")
        own = choices[choices["prompt_id"] == "p0"].set_index("arm")["forced_rank"]
        assert values["late, base history", "forced_rank", "p0"] == pytest.approx(own["late"] - own[NO_GRAFT])
        assert not values.loc[["late, identity, tuned history, raw lens"]].any()
        assert "late, identity, base history, raw lens" not in values.index.get_level_values("arm")


def test_donors_that_do_not_fit_are_refused(make_model, make_pair, save_model, placement):
    host = mlps_of(load_model(make_pair("llama").folders["base"], placement))
    shallow = make_model("llama")
    shallow.model.layers = shallow.model.layers[:3]
    shallow.config.num_hidden_layers = 3
    with pytest.raises(
        CheckpointError, match="donor 'flat' has 3 blocks and the host 5; name donors of the host's arch"
    ):
        load_donor(save_model(shallow, "flat"), "flat", host, [1], placement)
    narrow = make_model("llama", intermediate_size=48)
    with pytest.raises(
        CheckpointError, match=r"donor 'narrow': the MLP of block 1 has weights of the shapes \[\(48, 32\)"
    ):
        load_donor(save_model(narrow, "narrow"), "narrow", host, [1, 2], placement)
    folder = make_pair("llama").folders["tuned"]
    found, own = load_donor(folder, "tuned", host, [1, 3], placement), load_mlps(folder, [1, 3], placement)
    assert {index: mlp.state_dict().keys() for index, mlp in found.items()} == {
        index: mlp.state_dict().keys() for index, mlp in own.items()
    }
