"""Planning is cheap, since every job of a cluster evaluates the workflow again, and it leaves out what a study does.

Imports and reads count, not seconds.
"""

import pytest

from dependants import PAIRS

pytestmark = pytest.mark.workflow

EXPENSIVE = {"torch", "transformers", "datasets", "scipy", "matplotlib", "seaborn"}  # pandas comes with Snakemake
# What Python runs first in a process: it writes down, at the end, what was imported and which files were opened.
WATCH = """
import atexit, collections, os, sys
opened = collections.Counter()
sys.addaudithook(lambda event, given: opened.update([str(given[0])]) if event == "open" else None)

def tell():
    lines = [f"imported {name}" for name in sys.modules] + [f"opened {n} {path}" for path, n in opened.items()]
    with open(os.environ["WATCHED"], "w") as stream:
        stream.write("\\n".join(lines))

atexit.register(tell)
"""


@pytest.mark.parametrize("study", ["miniature", "paper"])
def test_a_dry_run_imports_no_library_of_the_jobs_and_reads_no_source_twice(study, fresh, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    checkout = fresh()
    checkout.environment = {"PYTHONPATH": str(tmp_path), "WATCHED": str(tmp_path / "watched")}
    checkout.run("--dry-run", "--quiet", "all", "--config", f"study={study}")
    lines = [line.split(" ", 2) for line in (tmp_path / "watched").read_text().splitlines()]
    modules = {words[1] for words in lines if words[0] == "imported"}
    assert modules.isdisjoint(EXPENSIVE)
    layers = {name.split(".")[1] for name in modules if name.startswith("crosspatch.")}
    assert layers == {"errors", "files", "records", "workflow"}
    opened = {words[2]: int(words[1]) for words in lines if words[0] == "opened"}
    for folder, kind, times in (("src", ".py", 2), ("schemas", ".yaml", 1)):  # code is imported, and digested
        read = [
            opened[path] for path in opened if path.startswith(f"{checkout.folder}/{folder}/") and path.endswith(kind)
        ]
        assert len(read) > 10
        assert max(read) <= times


@pytest.fixture(scope="module")
def whole(fresh):
    """Return the jobs of the smoke study."""
    return fresh().planned()


LEFT_OUT = {"interpolation", "depth", "distances"}
NOT_PLANNED = {
    *(f"{rule} {pair}" for rule in ("fit_doses", "sweep_boundaries") for pair in PAIRS),
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
