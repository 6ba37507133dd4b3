"""Provenance is gathered from inputs, written beside outputs, and followed back."""

import hashlib
import json

import pandas as pd
import pytest
import torch

from crosspatch.files.checkpoint_manifests import write_manifest
from crosspatch.files.provenance import describe_inputs, read_records, with_checkpoint, write_record
from crosspatch.files.states import write_states
from crosspatch.files.tables import write_table
from crosspatch.files.tracing import trace_checkpoints, trace_files
from crosspatch.records.traces import TracedFile

LAPTOP, SERVER = {"device": "cpu", "threads": 1}, {"device": "cuda", "threads": None}
NOTHING = pd.DataFrame({"document": [0], "kind": ["web"], "text": ["a"]})


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def table(path, **provenance):
    write_table(NOTHING, path, "documents", provenance)
    return path


@pytest.fixture
def manifest(tmp_path):
    folder = tmp_path / "checkpoints/one"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text("{}")
    write_manifest(folder / "checkpoint.json", name="one", origin={"source": "pretraining"}, folder=folder)
    return folder / "checkpoint.json"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_inputs_bring_their_digests_checkpoints_and_engines(tmp_path, manifest):
    one = table(tmp_path / "one.parquet", engines={"roll_out": [LAPTOP]}, checkpoints={"other": {"origin": {}}})
    two = table(tmp_path / "two.parquet", engines={"roll_out": [LAPTOP, SERVER]})
    note = describe_inputs([one, two, manifest, tmp_path / "absent"])
    assert note["inputs"] == {str(path): sha256(path.read_bytes()) for path in (one, two, manifest)}
    assert note["engines"] == {"roll_out": [LAPTOP, SERVER]}
    digests = {"config.json": sha256(b"{}"), "model.safetensors": sha256(b"weights")}
    assert note["checkpoints"] == {
        "other": {"origin": {}},
        "one": {"origin": {"source": "pretraining"}, "digests": digests},
    }
    assert with_checkpoint({"checkpoints": {}}, manifest)["checkpoints"].keys() == {"one"}


def test_boundary_states_bring_theirs(tmp_path):
    states = tmp_path / "states.safetensors"
    write_states({"p": torch.zeros(2, 3)}, states, {"engines": {"capture_boundary": [SERVER]}})
    assert describe_inputs([states])["engines"] == {"capture_boundary": [SERVER]}


@pytest.mark.parametrize("content", [b"", b"\xff" * 40, (12).to_bytes(8, "little") + b'{"a": {"b":1}'])
def test_damaged_states_are_left_to_whoever_reads_them(tmp_path, content):
    (tmp_path / "states.safetensors").write_bytes(content)
    assert describe_inputs([tmp_path / "states.safetensors"])["engines"] == {}


def test_files_are_followed_to_what_they_were_made_from(here):
    source = here / "source.yaml"
    source.write_text("a: 1\n")
    middle = table(here / "middle.parquet", rule="estimate", inputs={"source.yaml": sha256(b"a: 1\n")})
    (here / "figure.pdf").write_bytes(b"drawn")
    made = {"rule": "draw", "inputs": {"middle.parquet": sha256(middle.read_bytes())}}
    write_record(here / "records/draw.json", made, [here.joinpath("figure.pdf").relative_to(here)])
    records = read_records([here / "records/draw.json"])
    assert json.loads((here / "records/draw.json").read_text())["outputs"] == {"figure.pdf": sha256(b"drawn")}
    traced = {file.path: file for file in trace_files(["figure.pdf"], records)}
    assert list(traced) == ["figure.pdf", "middle.parquet", "source.yaml"]
    assert [file.provenance.get("rule") for file in traced.values()] == ["draw", "estimate", None]
    assert not any(file.differs for file in traced.values())
    source.write_text("a: 2\n")
    (here / "figure.pdf").write_bytes(b"redrawn")
    assert [file.path for file in trace_files(["figure.pdf"], records) if file.differs] == ["figure.pdf", "source.yaml"]
    middle.unlink()
    absent = {file.path: file for file in trace_files(["figure.pdf"], records)}["middle.parquet"]
    assert (absent.found, absent.differs, absent.digest) == (None, False, made["inputs"]["middle.parquet"])


def test_two_readers_of_two_versions_differ(here):
    (here / "table.csv").write_text("a\n")
    records = {}
    for name, content in (("one.pdf", b"a\n"), ("two.pdf", b"b\n")):
        (here / name).write_bytes(b"")
        records[name] = {"outputs": {name: sha256(b"")}, "inputs": {"table.csv": sha256(content)}}
    assert [file.path for file in trace_files(list(records), records) if file.differs] == ["table.csv"]


def test_checkpoints_are_compared_file_by_file(tmp_path, manifest):
    row = with_checkpoint({"checkpoints": {}}, manifest)["checkpoints"]["one"]
    files = [TracedFile("table.parquet", frozenset(), "digest", {"checkpoints": {"one": row}})]
    (manifest.parent / "model.safetensors").write_bytes(b"other weights")
    (manifest.parent / "config.json").unlink()
    (checkpoint,) = trace_checkpoints(files, tmp_path / "checkpoints")
    assert checkpoint.differing == ["model.safetensors"]
    assert checkpoint.found == {"model.safetensors": sha256(b"other weights")}
