"""Snakemake is stopped in the middle of a run on SLURM, as docs/cluster.md describes it, and started again."""

import re
import signal
from pathlib import Path

import pytest

from lifetimes import kill, output_of

pytestmark = pytest.mark.slurm

TARGETS = ["out/quick.txt", "out/roll_out_one.txt", "out/roll_out_two.txt", "out/roll_out_three.txt"]


@pytest.fixture
def halfway(cluster, few_jobs):
    """Return a function that waits until a run is halfway: one job whole, two running on both GPUs, one waiting."""

    def wait(folder: Path, run) -> tuple[str, float, int]:
        def reached() -> bool:
            states = [job["JobState"] for job in cluster.jobs(folder, "roll_out")]
            return "1 of 4 steps" in run.printed.read_text() and sorted(states) == ["PENDING", "RUNNING", "RUNNING"]

        cluster.until(reached, "one job is whole, two run and one waits")
        return identity(folder / "out/quick.txt")

    return wait


def identity(path: Path) -> tuple[str, float, int]:
    return path.read_text(), path.stat().st_mtime_ns, path.stat().st_ino


def assert_finished(folder: Path, whole: tuple[str, float, int]) -> None:
    assert identity(folder / "out/quick.txt") == whole
    assert (folder / "ran").read_text().split().count("quick") == 1
    assert all((folder / target).read_text().endswith("whole\n") for target in TARGETS[1:])


def test_control_c_cancels_the_jobs_and_a_plain_rerun_finishes(cluster, on_cluster, few_jobs, halfway):
    folder = few_jobs()
    with on_cluster(folder, *TARGETS) as run:
        whole = halfway(folder, run)
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait() == 1
        cluster.until(lambda: not cluster.output("squeue", "--noheader"), "Snakemake's jobs are gone")
        assert [job["JobState"] for job in cluster.jobs(folder, "roll_out")] == ["CANCELLED"] * 3
    assert not list(folder.glob("out/roll_out_*"))
    (folder / "go").touch()
    with on_cluster(folder, *TARGETS) as run:
        run.succeeds()
    assert_finished(folder, whole)


def test_after_kill_9_the_documented_recovery_finishes(cluster, on_cluster, few_jobs, halfway):
    folder = few_jobs()
    with on_cluster(folder, *TARGETS) as run:
        whole = halfway(folder, run)
        kill(run.process)
        orphans = [job["JobState"] for job in cluster.jobs(folder, "roll_out")]
        assert sorted(orphans) == ["PENDING", "RUNNING", "RUNNING"]  # nobody told them
        *preparing, again = documented_recovery()
        output_of(["bash", "-ec", "\n".join(preparing)], cwd=folder, env=cluster.environment)
        assert not cluster.output("squeue", "--noheader")
    (folder / "go").touch()
    assert again == "snakemake --profile slurm"
    with on_cluster(folder, *TARGETS) as run:
        run.succeeds()
    assert_finished(folder, whole)


def documented_recovery() -> list[str]:
    """The commands that docs/cluster.md gives for Snakemake's sudden end."""
    (block,) = re.findall(r"```\n([^`]*--unlock[^`]*)```", Path("docs/cluster.md").read_text())
    return block.splitlines()
