"""Settings of a cluster: what they become, and what is refused."""

import re
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.iocontainers import ResourceList
from snakemake_executor_plugin_slurm.utils import set_gres_string
from snakemake_interface_common.exceptions import WorkflowError

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


def test_the_cache_holds_what_is_downloaded_and_leaves_the_login_where_it_is(written, monkeypatch):
    assert written("cache: /scratch/hf").environment == {
        "HF_HUB_CACHE": "/scratch/hf/hub",
        "HF_DATASETS_CACHE": "/scratch/hf/datasets",
        "HF_XET_CACHE": "/scratch/hf/xet",
    }
    monkeypatch.setenv("HOME", "/home/somebody")
    assert written("cache: ~/hf").environment["HF_HUB_CACHE"] == "/home/somebody/hf/hub"


def test_jobs_with_a_gpu_have_a_constraint_and_a_qos_of_their_own(written):
    site = written("constraint: cpu\nqos: 1day\ngpu_constraint: gpu&hbm80g\ngpu_qos: long-gpu\ngpu_cpus: 16\n")
    assert site.resources == {"constraint": "'cpu'", "qos": "'1day'"}
    assert site.gpu_resources == {"constraint": "'gpu&hbm80g'", "qos": "'long-gpu'", "cpus_per_task": "16"}


def test_generic_resources_take_the_place_of_a_number_of_gpus(written):
    assert written("gres: gpu:a100:1").gpu_resources == {"gres": "'gpu:a100:1'", "gpu": "0"}


def asked(**resources):
    """What the SLURM plugin makes of resources, or its refusal."""
    try:
        return set_gres_string(SimpleNamespace(resources=ResourceList(fromdict=resources)))
    except WorkflowError as refusal:
        return refusal


@pytest.mark.parametrize("name", ["a100", "a100_3g.20gb", "a100-sxm4-80gb", "tesla v100", "h100@pci", "nvidia:a100"])
def test_a_gpu_model_is_refused_if_the_slurm_plugin_would_refuse_it(written, name):
    if isinstance(asked(gpu=1, gpu_model=name), WorkflowError):
        with pytest.raises(ConfigError, match=rf"gpu_model is '{name}'; the SLURM plugin takes .*gpu_constraint"):
            written(f"gpu_model: {name}")
    else:
        assert f" --gpus={name}:1" == asked(gpu=1, gpu_model=written(f"gpu_model: {name}").gpu_model)


@pytest.mark.parametrize("name", ["gpu", "gpu:1", "gpu:a100:1", "gpu:a100-80gb:1", "gpu:a100:one", "gpu:a100:1:2"])
def test_generic_resources_are_refused_if_the_slurm_plugin_would_refuse_them(written, name):
    if isinstance(asked(gpu=0, gres=name), WorkflowError):
        with pytest.raises(ConfigError, match=rf"gres is '{name}'; the SLURM plugin takes name:number .*gpu_partition"):
            written(f"gres: {name}")
    else:
        assert f" --gres={name}" == asked(gpu=0, gres=written(f"gres: {name}").gres)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("acount: mine", r"site.yaml: unknown key 'acount'; known keys are \['account', 'partition'"),
        ("partition: gpu; rm -rf", r"site.yaml: partition is 'gpu; rm -rf'; give one name"),
        ("cache: ../huggingface", r"site.yaml: cache is '../huggingface'; give the absolute path"),
        ("constraint: gpu hbm", r"site.yaml: constraint is 'gpu hbm'; give features as `sinfo -o %f` prints them"),
        ("qos: a&b", r"site.yaml: qos is 'a&b'; give one name"),
        ("gpu_cpus: 0", r"site.yaml: gpu_cpus is '0'; give a whole number above 0"),
        ("gres: gpu:1\ngpu_model: a100", r"gres is 'gpu:1' and gpu_model 'a100', two ways to ask for a GPU; keep one"),
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
