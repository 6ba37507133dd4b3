"""The study in small gives the same bytes on this processor and on one of another maker, which qemu pretends to be."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from crosspatch.workflow.kernels import PINNED
from forked_jobs import ONE_THREAD
from lifetimes import output_of

STUDY = Path(__file__).parents[1] / "study_in_small.py"
QEMU = "qemu-x86_64"
PROCESSORS = {"GenuineIntel": "Haswell-v4", "AuthenticAMD": "EPYC"}
"""A processor with AVX2 and without AVX-512 of every maker, as /proc/cpuinfo and QEMU call them."""

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.skipif(shutil.which(QEMU) is None and "CI" not in os.environ, reason="needs Debian's qemu-user"),
]


def written_on(folder, *emulator):
    """Run the study in small in a new folder and return its lines: stage, file and digest."""
    folder.mkdir()
    environment = {**os.environ, **PINNED, **ONE_THREAD}
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


def of_another_maker():
    """Return a processor that is not of the maker of this one: libraries tell makers apart, and AVX-512 from AVX2."""
    described = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    return next(processor for maker, processor in PROCESSORS.items() if maker not in described)


def test_every_byte_is_the_same_on_another_processor(here, tmp_path):
    there = written_on(tmp_path / "there", QEMU, "-cpu", of_another_maker())
    assert first_difference(here, there) is None
