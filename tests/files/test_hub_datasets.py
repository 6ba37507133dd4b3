"""Hub data sets are read at their pinned revision, or refused."""

import json
import re
import shutil

import datasets
import pytest

from crosspatch.errors import PromptError
from crosspatch.files.hub_datasets import read_hub_rows

REVISION = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40
ROWS = [{"question": f"Is {n} even?", "choices": ["yes", "no"], "answer": n % 2} for n in range(5)]
CARD = """---
configs:
- config_name: main
  data_files:
  - {split: test, path: main/test.jsonl}
---
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep the library's cache out of the home folder and the hub out of reach."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", folder)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    return folder


@pytest.fixture
def repo(tmp_path):
    folder = tmp_path / "parity"
    (folder / "main").mkdir(parents=True)
    (folder / "main" / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (folder / "README.md").write_text(CARD)
    return folder


@pytest.fixture
def cached(repo, cache):
    """The cache as it is after a download of example/parity, configuration main, at REVISION."""
    datasets.load_dataset(str(repo), name="main", split="test")
    (made,) = (path.parent for path in cache.glob("parity/*/*/*/dataset_info.json"))
    folder = cache / "example___parity" / "main" / "0.0.0" / REVISION
    shutil.copytree(made, folder)
    note = json.loads((folder / "dataset_info.json").read_text())
    (folder / "dataset_info.json").write_text(json.dumps(note | {"config_name": "main", "dataset_name": "parity"}))


def test_rows_come_in_the_order_of_the_file(repo):
    assert read_hub_rows(str(repo), name="main", split="test", revision=REVISION) == ROWS


@pytest.mark.parametrize("name", [None, "default"])
def test_a_data_set_without_configurations_has_a_default_one(tmp_path, name):
    folder = tmp_path / "plain"
    folder.mkdir()
    datasets.Dataset.from_list(ROWS).to_parquet(folder / "train.parquet")
    assert read_hub_rows(str(folder), name=name, split="train", revision=REVISION) == ROWS


def test_the_library_is_asked_for_the_revision_and_for_no_code(repo, monkeypatch):
    asked = {}
    load = datasets.load_dataset
    monkeypatch.setattr(datasets, "load_dataset", lambda path, **rest: asked.update(rest) or load(path, **rest))
    read_hub_rows(str(repo), name="main", split="test", revision=REVISION)
    assert asked == {"name": "main", "split": "test", "revision": REVISION}


@pytest.mark.parametrize("revision", ["main", "0123456", REVISION.upper(), REVISION + "0", REVISION + "\n"])
def test_a_revision_that_is_no_commit_is_refused(repo, revision):
    with pytest.raises(PromptError, match=r"at revision .*: a revision is the 40 hex digits of a commit; copy them"):
        read_hub_rows(str(repo), name="main", split="test", revision=revision)


@pytest.mark.parametrize(("name", "split"), [("main", "train"), ("absent", "test")])
def test_an_unknown_split_or_configuration_is_refused(repo, name, split):
    said = rf"parity' \(configuration '{name}', split '{split}'\) at revision '{REVISION}': cannot be read \(ValueError"
    with pytest.raises(PromptError, match=said):
        read_hub_rows(str(repo), name=name, split=split, revision=REVISION)


def test_a_data_set_without_rows_is_refused(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    datasets.Dataset.from_dict({"question": []}).to_parquet(folder / "test.parquet")
    with pytest.raises(
        PromptError, match=r"revision '0123.*': cannot be read \(ValueError.*corresponds to no data.*; check"
    ):
        read_hub_rows(str(folder), name=None, split="test", revision=REVISION)


def test_a_damaged_file_is_refused(repo):
    (repo / "main" / "test.jsonl").write_text('{"question": "Is this')
    with pytest.raises(PromptError, match=r"cannot be read \(\w+: .*; check config.yaml and the network"):
        read_hub_rows(str(repo), name="main", split="test", revision=REVISION)


def test_a_data_set_that_would_run_its_own_code_is_refused(repo):
    (repo / "parity.py").write_text("raise SystemExit('ran')")
    with pytest.raises(PromptError, match=r"cannot be read \(RuntimeError: Dataset scripts are no longer supported"):
        read_hub_rows(str(repo), name="main", split="test", revision=REVISION)


def test_a_data_set_out_of_reach_is_refused():
    said = rf"'example/absent' .* '{REVISION}': cannot be read \(ConnectionError.* is gated, accept its terms and run"
    with pytest.raises(PromptError, match=said):
        read_hub_rows("example/absent", name=None, split="train", revision=REVISION)


def test_the_pinned_revision_is_read_from_the_cache(cached):
    assert read_hub_rows("example/parity", name="main", split="test", revision=REVISION) == ROWS


def test_another_revision_in_the_cache_is_refused(cached):
    said = re.escape(
        f"at revision '{OTHER}': the hub did not give it, and the cache holds ['{REVISION}'] instead; check that"
    )
    with pytest.raises(PromptError, match=said):
        read_hub_rows("example/parity", name="main", split="test", revision=OTHER)
