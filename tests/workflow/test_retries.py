"""A refusal is final for Snakemake's retries too; what may pass is tried again."""

import os
import sys
from pathlib import Path

import pytest
import yaml

from lifetimes import run

pytestmark = pytest.mark.workflow

SNAKEFILE = """
rule refuse:
    output: "out.txt"
    log: "refuse.log"
    script: "refuse.py"
"""
SCRIPT = """
from pathlib import Path
from crosspatch.errors import PairError, StorageError
from crosspatch.jobs.binding import bind

def main(*, provenance):
    with Path("ran").open("a") as stream:
        stream.write("once ")
    raise ERROR("because; do this")

bind(lambda output=None, **given: main(provenance=given["provenance"]), snakemake)
"""


@pytest.mark.parametrize(("error", "runs"), [("PairError", 1), ("StorageError", 3)])
def test_the_profile_counts_attempts_and_stages_see_them(tmp_path, error, runs):
    profile = yaml.safe_load(Path("slurm/config.yaml").read_text(encoding="utf-8"))
    counted = f"attempt={profile['default-resources']['attempt']}"
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "refuse.py").write_text(SCRIPT.replace("ERROR", error))
    again = ["--retries", str(profile["retries"]), "--default-resources", counted]
    command = [Path(sys.executable).with_name("snakemake"), "--cores", "1", *again]
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PYTHONPATH": str(Path("src").resolve()), "PATH": search}
    done = run(command, cwd=tmp_path, env=environment)
    assert done.returncode != 0
    assert "Trying to restart job" in done.stderr
    assert (tmp_path / "ran").read_text().split() == ["once"] * runs
