"""Planning is cheap, since every job of a cluster evaluates the workflow again, and it leaves out what a study does."""

import resource

import pytest

from dependants import PAIRS

pytestmark = pytest.mark.workflow

SECONDS = 5  # of CPU time; about 2 on a machine of 2026


@pytest.mark.parametrize("study", ["miniature", "paper"])
def test_a_dry_run_takes_seconds(fresh, study):
    checkout = fresh()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    checkout.run("--dry-run", "--quiet", "all", "--config", f"study={study}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECONDS


@pytest.fixture(scope="module")
def whole(fresh):
    """Return the jobs of the smoke study."""
    return fresh().planned()


LEFT_OUT = {"interpolation", "depth", "distances"}
NOT_PLANNED = {
    *(f"{rule} {pair}" for rule in ("interpolate_upstream", "fit_doses", "sweep_boundaries") for pair in PAIRS),
    *(f"estimate_control {control}" for control in LEFT_OUT),
    *("draw_figure interpolation", "draw_figure depth", "draw_figure distances", "make_table depth"),
    "make_table hybrids",  # whose first columns are of interpolation
}


def test_controls_that_are_left_out_are_not_planned(fresh, whole):
    checkout = fresh()
    checkout.configure(lambda config: [config["studies"]["smoke"]["controls"].pop(control) for control in LEFT_OUT])
    assert whole - checkout.planned() == NOT_PLANNED


def test_ideas_are_targets_and_a_study_says_which_it_makes_by_itself(fresh, whole):
    checkout = fresh()
    assert checkout.planned("everything") - {"everything"} == whole
    windows = {job for job in checkout.planned("windows") if job.startswith(("draw_figure", "make_table"))}
    assert windows == {"draw_figure windows", "draw_figure write_out", "make_table windows"}
    checkout.configure(lambda config: config["studies"]["smoke"].update(ideas=["divergence"]))
    assert {job for job in checkout.planned() if job.startswith(("draw", "make", "judge"))} == {"make_table events"}
