"""Planning is cheap: every job of a cluster evaluates the workflow again."""

import resource

import pytest

pytestmark = pytest.mark.workflow

SECONDS = 5  # of CPU time; about 2 on a machine of 2026


@pytest.mark.parametrize("study", ["miniature", "paper"])
def test_a_dry_run_takes_seconds(fresh, study):
    checkout = fresh()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    checkout.run("--dry-run", "--quiet", "all", "--config", f"study={study}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECONDS
