"""Pinned kernels are recognised by what they compute; what is not pinned is refused before any weights are read."""

import dataclasses
import os
import sys

import pytest

from crosspatch.errors import DeviceError
from crosspatch.models import instructions
from crosspatch.models.engine import engine_of
from crosspatch.models.instructions import check_kernels, kernels_found
from crosspatch.models.loading import load_model
from crosspatch.workflow.kernels import PINNED
from lifetimes import run

CHECK = "from crosspatch.models.instructions import check_kernels; check_kernels('pinned')"


@pytest.fixture
def other(monkeypatch):
    monkeypatch.setattr(instructions, "found_products", lambda: "0" * 64)


def check_with(settings):
    """Check in a process of its own, whose environment has of all the settings only these."""
    rest = {name: value for name, value in os.environ.items() if name not in PINNED}
    return run([sys.executable, "-c", CHECK], env=rest | settings)


def test_the_settings_of_the_workflow_pin_them():
    done = check_with(dict(PINNED))
    assert done.returncode == 0, done.stderr


def test_a_setting_that_is_missing_is_noticed():
    done = check_with({name: value for name, value in PINNED.items() if name != "MKL_CBWR"})
    assert "DeviceError: engine/placement/kernels is pinned, but this process computes" in done.stderr


def test_other_kernels_are_refused_before_weights_are_read(llama, placement, tmp_path, other):
    (tmp_path / "config.json").write_bytes((llama.folders["base"] / "config.json").read_bytes())  # and no weights
    said = (
        r"kernels is pinned, but this process computes 000000000000 where .* \(torch .* kernels\): .*"
        r"run it with `snakemake --config study=STUDY`.* or choose kernels: native"
    )
    with pytest.raises(DeviceError, match=said):
        load_model(tmp_path, dataclasses.replace(placement, kernels="pinned"))


def test_native_kernels_may_compute_what_they_like(llama, placement, other):
    check_kernels("native")
    assert engine_of(load_model(llama.folders["base"], placement))["kernels"] == kernels_found() == "native"


def test_what_is_recorded_is_what_was_found(monkeypatch, llama, placement):
    monkeypatch.setattr(instructions, "found_products", lambda: instructions._PINNED_PRODUCTS)
    assert engine_of(load_model(llama.folders["base"], placement))["kernels"] == kernels_found() == "pinned"
