"""The two scripts of histories on checkpoints on disk: three teachers, one reader at a time, loaded once."""

import pytest

from crosspatch.experiments.histories import read_histories, write_histories
from crosspatch.experiments.rollouts import roll_out
from crosspatch.files.checkpoint_manifests import MANIFEST
from crosspatch.files.states import write_states
from crosspatch.files.tables import read_provenance, read_table, write_table
from crosspatch.models.lens import tensors_of

PLACE = {
    "placement": {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa"},
    "batches": {"plan": "padded", "tokens": 256},
}
NOTE = {"provenance": {"rule": "tested"}}
TEACHERS = {"base_raw": ("base", "raw"), "tuned_chat": ("tuned", "chat"), "tuned_raw": ("tuned", "raw")}


@pytest.fixture(scope="module")
def written(make_pair, prompts, tmp_path_factory):
    """Folder with the histories of every teacher, and the manifests of the pair."""
    folder, pair = tmp_path_factory.mktemp("histories"), make_pair("olmo2")
    manifests = {side: where / MANIFEST for side, where in pair.folders.items()}
    write_table(prompts, folder / "prompts.parquet", "prompts")
    for name, (side, mode) in TEACHERS.items():
        asked = {"checkpoint": manifests[side], "prompts": folder / "prompts.parquet", "checked": []}
        rollouts = folder / f"{name}_rollouts.parquet"
        roll_out.main(**asked, rollouts=rollouts, mode=mode, max_new_tokens=5, **PLACE, **NOTE)
        given = {"prompts": folder / "prompts.parquet", "rollouts": rollouts, **manifests, "mode": mode, **NOTE}
        write_histories.main(**given, histories=folder / f"{name}.parquet")
    return folder, manifests


def test_each_reader_reads_what_every_teacher_wrote(written, make_model, make_lens):
    folder, manifests = written
    write_states(tensors_of(make_lens(make_model("olmo2"))), folder / "lens.safetensors")
    for reader, mode in (("base", "raw"), ("base", "chat"), ("tuned", "chat")):
        outputs = {
            what: [folder / f"{reader}_{mode}_{name}_{what}.parquet" for name in TEACHERS]
            for what in ("readings", "writes")
        }
        histories = [folder / f"{name}.parquet" for name in TEACHERS]
        given = {"checkpoint": manifests[reader], "lens": folder / "lens.safetensors", "histories": histories}
        read_histories.main(**given, **outputs, mode=mode, **PLACE, **NOTE)
        for place, (name, (side, own)) in enumerate(TEACHERS.items()):
            readings = read_table(outputs["readings"][place], "readings")
            writes = read_table(outputs["writes"][place], "read_writes")
            table = read_table(histories[place], "histories")
            steps = sum(map(len, table["forced"]))
            assert (len(readings), len(writes)) == (steps * 5 * 2, steps * 5)
            again = readings[(readings["block"] == 4) & (readings["lens"] == "raw")]["forced_rank"] == 1
            assert again.all() == ((side, own) == (reader, mode)), name
        made = read_provenance(outputs["readings"][0])
        assert made["engines"]["tested"][0]["batches"] == PLACE["batches"]


def test_histories_of_teachers_differ(written):
    folder, _ = written
    tables = [read_table(folder / f"{name}.parquet", "histories") for name in TEACHERS]
    assert len({tuple(map(tuple, table["forced"])) for table in tables}) == 3
    assert len({tuple(map(tuple, table["chat_prompt"])) for table in tables}) == 1
