"""Jobs that queue, fail, or are cancelled: one run of a few small jobs, seen from SLURM's side."""

from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace

import pytest

from lifetimes import LIMIT

pytestmark = pytest.mark.slurm

TARGETS = [f"out/{name}.txt" for name in ("quick", "fail_once", "outgrow", "roll_out_one", "roll_out_two")]
FIRST, SECOND = ("4000M", "00:30:00"), ("8000M", "01:00:00")  # memory and time limit of the first attempts


@pytest.fixture(scope="module")
def eventful(cluster, on_cluster, few_jobs) -> Iterator[SimpleNamespace]:
    """One GPU is taken and two jobs want one; the one that gets the other GPU is cancelled; a third job fails once."""
    folder = few_jobs()
    options = f"--output={folder}/of_other", "--gpus=1", "--mem=100"
    other = cluster.output("sbatch", "--parsable", *options, f"--wrap=echo $CUDA_VISIBLE_DEVICES; sleep {LIMIT}")
    with on_cluster(folder, *TARGETS) as run:
        cluster.until(lambda: _waits(cluster.jobs(folder, "roll_out")), "a job waits for a GPU")
        meanwhile = cluster.jobs(folder, "roll_out")
        (cancelled,) = [job["JobId"] for job in meanwhile if job["JobState"] == "RUNNING"]
        cluster.output("scancel", cancelled)
        (folder / "go").touch()
        run.succeeds()
        assert cluster.output("squeue", "--noheader", "--format=%i %T") == f"{other} RUNNING"
        yield SimpleNamespace(
            folder=folder, meanwhile=meanwhile, cancelled=cancelled, jobs=partial(cluster.jobs, folder)
        )


def _waits(jobs) -> bool:
    return any(job["JobState"] == "PENDING" and job["Reason"] == "Resources" for job in jobs)


def test_while_one_gpu_is_taken_jobs_wait_for_the_other(eventful):
    assert sorted(job["JobState"] for job in eventful.meanwhile) == ["PENDING", "RUNNING"]
    gpus = [(eventful.folder / f"out/roll_out_{name}.txt").read_text() for name in ("one", "two")]
    assert gpus[0] == gpus[1]
    assert {(eventful.folder / "of_other").read_text(), gpus[0].removesuffix("whole\n")} == {"0\n", "1\n"}


def test_a_cancelled_job_is_retried(eventful):
    (cancelled,) = [job for job in eventful.jobs("roll_out") if job["JobId"] == eventful.cancelled]
    assert cancelled["JobState"] == "CANCELLED"
    again = [job for job in eventful.jobs("roll_out") if job["Comment"] == cancelled["Comment"]]
    assert [_request(job) for job in again] == [FIRST, SECOND]
    assert again[-1]["JobState"] == "COMPLETED"


def test_a_failed_job_is_resubmitted_with_more_memory_and_time(eventful):
    jobs = eventful.jobs("fail_once")
    assert [job["JobState"] for job in jobs] == ["FAILED", "COMPLETED"]
    assert [_request(job) for job in jobs] == [FIRST, SECOND]


def test_a_job_that_outgrows_its_memory_gets_more(eventful):
    jobs = eventful.jobs("outgrow")
    assert [job["JobState"] for job in jobs] == ["FAILED", "COMPLETED"]
    assert [job["MinMemoryNode"] for job in jobs] == ["400M", "800M"]
    (log,) = (eventful.folder / ".snakemake/slurm_logs/rule_outgrow").glob("*.log")
    assert "exceeded memory limit" in log.read_text()


def test_what_succeeds_runs_once(eventful):
    ran = (eventful.folder / "ran").read_text().split()
    assert (ran.count("quick"), ran.count("fail_once")) == (1, 2)


def test_the_site_file_sets_account_partitions_and_gpu_model(eventful):
    assert {job["Account"] for job in eventful.jobs("rule_")} == {"project"}
    assert {(job["Partition"], job["TresPerJob"]) for job in eventful.jobs("roll_out")} == {("gpu", "gres:gpu:a100:1")}
    (quick,) = eventful.jobs("quick")
    assert quick["Partition"] == "cpu"
    assert "TresPerJob" not in quick


def test_jobs_leave_the_network_alone_and_see_the_cache(eventful):
    assert (eventful.folder / "out/quick.txt").read_text() == "/scratch/somebody/huggingface/hub 1 1\n"


def _request(job) -> tuple[str, str]:
    return job["MinMemoryNode"], job["TimeLimit"]
