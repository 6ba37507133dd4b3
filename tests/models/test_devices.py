"""A device that is not there is one clear refusal, before any weights are read."""

import dataclasses

import pytest
import torch

from crosspatch.errors import DeviceError
from crosspatch.models.devices import check_device
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.loading import load_model

OLD = "The NVIDIA driver on your system is too old (found version 11040). Please update your GPU driver\nmore lines"


def refusing(error):
    def ones(*_, **__):
        raise error

    return ones


def test_the_processor_is_always_there():
    check_device("cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_loading_onto_a_gpu_that_is_not_there_reads_no_weights(llama, placement, tmp_path):
    cuda = dataclasses.replace(placement, device="cuda")
    (tmp_path / "config.json").write_bytes((llama.folders["base"] / "config.json").read_bytes())  # and no weights
    for load in (
        load_model,
        lambda *given: load_upstream(given[0], 3, given[1]),
        lambda *given: load_late(given[0], 3, given[1]),
    ):
        with pytest.raises(
            DeviceError, match=r"device 'cuda' cannot be used here: torch .* says .*; run where `nvidia-smi`"
        ):
            load(tmp_path, cuda)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            AssertionError("Torch not compiled with CUDA enabled"),
            "says 'Torch not compiled with CUDA enabled'; run where",
        ),
        (
            RuntimeError(OLD),
            r"says 'The NVIDIA driver on your system is too old \(found version 11040\)[^\n]*'; run where",
        ),
        (torch.AcceleratorError("no kernel image is available"), "says 'no kernel image is available'; run where"),
    ],
)
def test_what_torch_says_is_passed_on(monkeypatch, error, said):
    monkeypatch.setattr(torch, "ones", refusing(error))
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    with pytest.raises(
        DeviceError, match=rf"\(built for CUDA 13.0\) {said}.* or correct engine/placement/device"
    ) as refusal:
        check_device("cuda")
    assert not refusal.value.final
