"""Rows of a data set that come from a hub on loopback as they are asked for, at one exact revision."""

import gzip
import json
import os
import sys

import pytest
from loopback import Hub, LoopbackHub

import lifetimes

REVISION = "0123456789abcdef0123456789abcdef01234567"
PARTS = [[{"text": f"row {part}{row}", "metadata": {"license": "mit"}} for row in range(3)] for part in "ab"]
READ = """
import itertools, sys
from crosspatch.errors import CorpusError
from crosspatch.files.hub_datasets import stream_hub_rows
rows = stream_hub_rows("org/data", name=None, split="train", revision=sys.argv[1], refusal=CorpusError)
print([row["text"] for row in itertools.islice(rows, int(sys.argv[2]))])
"""


@pytest.fixture
def hub():
    files = {
        f"train-{place}.json.gz": gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
        for place, rows in enumerate(PARTS)
    }
    return Hub({"datasets/org/data": {REVISION: {"README.md": b"# Data\n", **files}}})


@pytest.fixture
def read(hub, tmp_path):
    def run(revision=REVISION, number=99, **environment):
        with LoopbackHub(hub) as endpoint:
            settings = {"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_XET": "1"} | environment
            inherited = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
            command = [sys.executable, "-c", READ, revision, str(number)]
            return lifetimes.run(command, env=inherited | settings, cwd=tmp_path)

    return run


def test_rows_come_in_the_order_of_the_data_set_and_of_the_pinned_revision(read, hub):
    done = read()
    assert done.stdout.strip() == str([row["text"] for part in PARTS for row in part]), done.stderr
    fetched = [path for _, path, _ in hub.requests if path.endswith(".gz")]
    assert fetched
    assert all(f"/resolve/{REVISION}/" in path for path in fetched)


def test_files_that_nobody_asks_for_rows_of_are_not_fetched(read, hub):
    assert "row a0" in read(number=2).stdout
    assert not any("train-1" in path for method, path, _ in hub.requests if method == "GET")


@pytest.mark.parametrize("revision", ["main", REVISION[:7]])
def test_a_revision_that_is_no_commit_is_refused_before_the_hub_is_asked(read, hub, revision):
    assert f"revision '{revision}': a revision is the 40 hex digits of a commit" in read(revision).stderr
    assert not hub.requests


def test_a_revision_that_does_not_exist_is_named(read):
    said = (
        f"CorpusError: data set 'org/data' (configuration None, split 'train') at revision '{'f' * 40}': cannot be read"
    )
    assert said in read("f" * 40).stderr


def test_a_hub_out_of_reach_is_a_refusal(read):
    done = read(HF_ENDPOINT="http://127.0.0.1:9")
    assert "cannot be read (ConnectionError" in done.stderr
    assert "check config.yaml and the network" in done.stderr


def test_a_damaged_file_is_a_refusal(read, hub):
    hub.repos["datasets/org/data"][REVISION]["train-1.json.gz"] = b"not gzip"
    done = read()
    assert "CorpusError: data set 'org/data'" in done.stderr
    assert done.returncode != 0
