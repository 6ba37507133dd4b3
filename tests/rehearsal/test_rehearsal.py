"""The studies of released checkpoints from first to last job, on stand-ins: every pair, control, figure and table."""

import resource

import pytest

from forked_jobs import snakemake_with_forks
from lifetimes import output_of
from rehearsal.stage import THREE_PAIRS, stage
from rehearsal.stand_ins import STUDIES


@pytest.fixture
def rehearse(tmp_path):
    """Return a function that runs a study, of its pairs or of others, and checks that all that it makes is there."""

    def run(study, pairs=None):
        with stage(tmp_path, study, pairs) as on:
            with snakemake_with_forks(tmp_path, on.environment) as snakemake:
                for arguments in on.steps():
                    output_of([*snakemake, "--cores", "2", *arguments], cwd=tmp_path, env=on.environment)
            on.check_finished()

    return run


@pytest.mark.rehearsal
@pytest.mark.parametrize("study", STUDIES)
def test_a_study_of_released_checkpoints_runs_to_its_report_and_archive(study, rehearse):
    rehearse(study)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{study}: {(used.ru_utime + used.ru_stime) / 60:.1f} CPU minutes since the start")


@pytest.mark.workflow
def test_three_pairs_that_have_every_difference_run_with_every_control(rehearse):
    rehearse("paper", THREE_PAIRS)
