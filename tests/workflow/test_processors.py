"""The study in small gives the same bytes on this processor and on others, which qemu pretends to be."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from crosspatch.workflow.kernels import PINNED
from lifetimes import output_of

STUDY = Path(__file__).parents[1] / "study_in_small.py"
QEMU = "qemu-x86_64"
PROCESSORS = {"Intel, AVX2": "Haswell-v4", "AMD, AVX2": "EPYC"}  # as QEMU calls them

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.skipif(shutil.which(QEMU) is None and "CI" not in os.environ, reason="needs Debian's qemu-user"),
]


def written_on(folder, *emulator):
    """Run the study in small in a new folder and return its lines: stage, file and digest."""
    folder.mkdir()
    environment = {**os.environ, **PINNED, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return output_of([*emulator, sys.executable, STUDY, folder], env=environment).splitlines()


def first_difference(one, other):
    """Return the first line of two runs that is not the same, None if all are."""
    lengths = len(one) == len(other)
    return next((pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]), None if lengths else "length")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return written_on(tmp_path_factory.mktemp("study") / "here")


def test_the_study_in_small_goes_from_the_world_to_a_figure(here):
    stages = dict.fromkeys(line.partition(":")[0] for line in here)
    assert [*stages][:4] == ["world", "tokenizer", "weights of base", "weights of tuned"]
    assert [*stages][-4:] == ["estimates", "effects", "table", "figure"]


@pytest.mark.parametrize("processor", list(PROCESSORS))
def test_every_byte_is_the_same_on_another_processor(here, processor, tmp_path):
    there = written_on(tmp_path / "there", QEMU, "-cpu", PROCESSORS[processor])
    assert first_difference(here, there) is None
