"""Settings of a cluster: what they become, and what is refused."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from crosspatch.errors import ConfigError
from crosspatch.workflow.site import Site, read_site


@pytest.fixture
def written(tmp_path):
    def write(text: str):
        path = tmp_path / "site.yaml"
        path.write_text(text)
        return read_site(path)

    return write


def test_without_a_file_everything_is_left_to_slurm(tmp_path):
    site = read_site(tmp_path / "site.yaml")
    assert (site.resources, site.gpu_resources, site.environment) == ({}, {}, {})


def test_a_file_of_comments_sets_nothing(written):
    assert written("# account: mine\n") == Site()


def test_settings_become_resources_and_environment(written):
    site = written("account: 1234\npartition: all\ngpu_partition: long-gpu\ngpu_model: a100\ncache: /scratch/hf\n")
    # Quoted twice: Snakemake evaluates them, and `all` and `long-gpu` are expressions of Python.
    assert site.resources == {"slurm_account": "'1234'", "slurm_partition": "'all'"}
    assert site.gpu_resources == {"slurm_partition": "'long-gpu'", "gpu_model": "'a100'"}
    assert site.environment == {"HF_HOME": "/scratch/hf"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("acount: mine", r"site.yaml: unknown key 'acount'; known keys are \['account', 'partition'"),
        ("partition: gpu; rm -rf", r"site.yaml: partition is 'gpu; rm -rf'; give one name"),
        ("cache: ../huggingface", r"site.yaml: cache is '../huggingface'; give the absolute path"),
        ("- account", r"site.yaml: give `key: value` lines, as in slurm/site.example.yaml"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(written, text, message):
    with pytest.raises(ConfigError, match=message):
        written(text)


def test_the_example_names_every_setting_and_sets_none():
    example = Path("slurm/site.example.yaml")
    assert read_site(example) == Site()
    commented = re.findall(r"^# (\w+): \S+$", example.read_text(), flags=re.MULTILINE)
    assert commented == [field.name for field in fields(Site)]
