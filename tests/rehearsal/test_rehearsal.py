"""The studies of released checkpoints from first to last job, on stand-ins: every pair, control, figure and table."""

import resource

import pytest

from lifetimes import output_of
from rehearsal.forked_jobs import snakemake_with_forks
from rehearsal.stage import stage
from rehearsal.stand_ins import STUDIES

pytestmark = pytest.mark.rehearsal


@pytest.mark.parametrize("study", STUDIES)
def test_a_study_of_released_checkpoints_runs_to_its_report_and_archive(study, tmp_path):
    with stage(tmp_path, study) as on:
        with snakemake_with_forks(tmp_path, on.environment) as snakemake:
            for arguments in on.steps():
                output_of([*snakemake, "--cores", "2", *arguments], cwd=tmp_path, env=on.environment)
        on.check_finished()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{study}: {(used.ru_utime + used.ru_stime) / 60:.1f} CPU minutes since the start")
