"""Fetching from a hub on loopback: one exact revision, resumed transfers, and a remedy for each refusal."""

import os
import sys

import pytest
from loopback import Hub, LoopbackHub

import lifetimes

REVISION = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b'{"model_type": "llama"}',
    "model.safetensors": bytes(range(256)) * 4096,
    "tokenizer.json": b"{}",
    "pytorch_model.bin": b"a pickle, which nobody may fetch",
    "modeling_custom.py": b"raise SystemExit('remote code ran')",
}
OPEN = """
import sys
from pathlib import Path
from crosspatch.files.checkpoint_manifests import write_manifest
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.hub import fetch_snapshot
repo, revision = sys.argv[1:]
manifest = Path("checkpoint.json")
write_manifest(manifest, name="tiny", origin={"source": "hub", "repo": repo, "revision": revision},
               folder=fetch_snapshot(repo, revision))
print(open_checkpoint(manifest).folder)
"""
FETCH = "import sys; from crosspatch.files.hub import fetch_snapshot; print(fetch_snapshot(*sys.argv[1:]))"


@pytest.fixture
def hub():
    return Hub({"org/model": {REVISION: FILES}})


@pytest.fixture
def fetch(hub, tmp_path):
    def run(repo="org/model", revision=REVISION, code=FETCH, **environment):
        with LoopbackHub(hub) as endpoint:
            settings = {"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_XET": "1"} | environment
            inherited = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
            command = [sys.executable, "-c", code, repo, revision]
            return lifetimes.run(command, env=inherited | settings, cwd=tmp_path)

    return run


def test_exactly_the_pinned_revision_is_fetched_and_neither_code_nor_pickles(fetch, hub, tmp_path):
    done = fetch()
    assert done.returncode == 0, done.stderr
    (folder,) = tmp_path.glob(f"hub/models--org--model/snapshots/{REVISION}")
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors", "tokenizer.json"]
    assert (folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    assert not any("pytorch_model" in path or "modeling" in path for _, path, _ in hub.requests)


def test_what_was_fetched_opens_although_the_hub_has_more_files(fetch, tmp_path):
    done = fetch(code=OPEN)
    assert done.returncode == 0, done.stderr
    assert REVISION in done.stdout


def test_a_transfer_that_breaks_off_resumes_where_it_stopped(fetch, hub, tmp_path):
    # huggingface_hub keeps what it has in chunks of 10 MiB.
    weights = bytes(range(256)) * 4096 * 24
    hub.repos["org/model"][REVISION] = FILES | {"model.safetensors": weights}
    hub.cut_once = {"model.safetensors"}
    done = fetch()
    assert done.returncode == 0, done.stderr
    ranges = [span for method, path, span in hub.requests if method == "GET" and path.endswith("model.safetensors")]
    assert ranges[0] is None
    assert ranges[1].startswith("bytes=")
    (path,) = tmp_path.glob("hub/models--org--model/snapshots/*/model.safetensors")
    assert path.read_bytes() == weights


def test_the_same_weights_in_another_layout_are_not_fetched(fetch, hub, tmp_path):
    copies = ["consolidated.safetensors", "consolidated-00001-of-00002.safetensors", "other/model.safetensors"]
    hub.repos["org/model"][REVISION] = FILES | dict.fromkeys(copies, FILES["model.safetensors"])
    done = fetch()
    assert done.returncode == 0, done.stderr
    weights = {path.name for path in tmp_path.glob("hub/models--org--model/snapshots/*/**/*.safetensors")}
    assert weights == {"model.safetensors"}
    assert not any("consolidated" in path or "/other/" in path for _, path, _ in hub.requests)


@pytest.mark.parametrize("status", [401, 403])
def test_a_gated_model_names_the_remedy(fetch, hub, status):
    hub.gated = {"org/model": status}
    done = fetch()
    assert "CheckpointError: org/model is gated: accept its licence on its page, log in" in done.stderr
    assert done.returncode != 0


def test_a_gated_model_opens_with_a_token_and_the_token_is_not_printed(fetch, hub):
    hub.gated = {"org/model": 401}
    done = fetch(HF_TOKEN="hf_secretsecretsecret")  # noqa: S106 - not a token of anybody
    assert done.returncode == 0, done.stderr
    assert "hf_secret" not in done.stdout + done.stderr


def test_a_revision_that_does_not_exist_is_named(fetch):
    done = fetch(revision="f" * 40)
    assert f"CheckpointError: org/model has no revision {'f' * 40}; correct it in config.yaml" in done.stderr


def test_a_repository_that_does_not_exist_is_named(fetch):
    assert "CheckpointError: org/none does not exist on the hub, or is private" in fetch(repo="org/none").stderr


def test_a_file_with_another_digest_than_the_hub_names_is_refused(fetch, hub):
    hub.false_digests = {"model.safetensors": "0" * 64}
    done = fetch()
    assert "CheckpointError: org/model: model.safetensors does not have the digest that the hub names" in done.stderr


def test_without_a_hub_the_remedy_is_to_fetch_elsewhere(fetch):
    done = fetch(HF_ENDPOINT="http://127.0.0.1:9")
    assert "CheckpointError: the hub cannot be reached for org/model" in done.stderr
