"""Three pairs of the paper's study on SLURM, on stand-ins, with some controls, since every job waits for SLURM."""

import pytest

from rehearsal.stage import CACHE, THREE_PAIRS, stage

pytestmark = [pytest.mark.slurm, pytest.mark.rehearsal, pytest.mark.workflow]

CONTROLS = ["consistency", "interpolation", "selection"]  # without a model, with states, with other events
SITE = "account: project\npartition: cpu\ngpu_partition: gpu\ngpu_model: a100\ncache: {cache}\n"


@pytest.fixture(scope="module")
def finished(on_cluster, tmp_path_factory):
    """The stage after the study ran on SLURM: fetched where Snakemake runs, measured in jobs without network."""
    folder = tmp_path_factory.mktemp("rehearsal")
    with stage(folder, "paper", THREE_PAIRS, CONTROLS) as on, pytest.MonkeyPatch.context() as patch:
        for name, value in on.environment.items():
            patch.setenv(name, value)
        (folder / "slurm/site.yaml").write_text(SITE.format(cache=folder / CACHE))
        for arguments in on.steps():
            with on_cluster(folder, *arguments) as run:
                run.succeeds()
        yield on


def test_three_pairs_run_to_report_scorecard_and_archive(finished):
    finished.check_finished()
    assert (finished.folder / "results/paper/tables/scorecard.md").is_file()


def test_every_job_succeeded_the_first_time(finished, cluster):
    jobs = cluster.jobs(finished.folder)
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    assert len([job for job in jobs if "roll_out" in job["Comment"]]) == 2 * len(THREE_PAIRS)
