"""The smoke study on SLURM, by the command that the README gives, against a local run of the same files."""

import hashlib
import shutil
from pathlib import Path

import pytest
import yaml

from crosspatch.workflow.kernels import PINNED
from forked_jobs import snakemake_with_forks
from lifetimes import running

pytestmark = [pytest.mark.slurm, pytest.mark.workflow]

ROOT = Path(__file__).parents[2]
STUDY = ["Snakefile", "config.yaml", "requirements.lock", "tests/smoke.yaml"]
STUDY += ["rules", "slurm", "profiles", "schemas", "report", "envs", "data", "src"]
OVERLAY = ["--configfile", "tests/smoke.yaml"]
PAIR = "smoke_olmo2"
CONTROLS = ("consistency", "interpolation", "selection")  # without a model, with states, with other events


@pytest.fixture(scope="module")
def runs(cluster, on_cluster, tmp_path_factory):
    """Run the study on SLURM in one folder and, while that waits for SLURM, here in another, as forks of a process."""
    local, remote = _copies(tmp_path_factory.mktemp("study"))
    environment = cluster.environment | PINNED | {"PYTHONPATH": str(local / "src")}
    with snakemake_with_forks(local, environment) as snakemake:
        command = ["nice", *snakemake, "--cores", "2", "--quiet", "all", *OVERLAY]
        with running(command, cwd=local, env=environment) as beside:
            with on_cluster(remote, *OVERLAY) as run:
                run.succeeds()
            assert beside.wait() == 0
    return local, remote


def _copies(folder: Path) -> list[Path]:
    """Two copies of one snapshot of the repository."""
    for name in STUDY:
        (folder / "local" / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / "local" / name)
    (folder / "local/slurm/site.yaml").unlink(missing_ok=True)
    _keep_some(folder / "local/tests/smoke.yaml")
    shutil.copytree(folder / "local", folder / "slurm")
    return [folder / "local", folder / "slurm"]


def _keep_some(overlay: Path) -> None:
    """Leave the study one pair beside its null pair, and some controls: a SLURM job is three starts of Python."""
    config = yaml.safe_load(overlay.read_text(encoding="utf-8"))
    study = config["studies"]["smoke"]
    study |= {"pairs": [PAIR], "controls": {name: study["controls"][name] for name in CONTROLS}}
    overlay.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


def _digests(folder: Path, *parts: str) -> dict[str, str]:
    paths = [path for part in parts for path in sorted((folder / part).rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_run_on_slurm_gives_the_bytes_of_a_local_run(runs):
    local, remote = (_digests(folder, "paper_figures/smoke", "results/smoke/tables") for folder in runs)
    assert {Path(path).suffix for path in local} == {".pdf", ".png", ".csv", ".md", ".tex"}
    assert remote == local


def test_short_jobs_share_a_slurm_job(runs, cluster):
    jobs = cluster.jobs(runs[1])
    assert all(job["JobState"] == "COMPLETED" for job in jobs)
    for group, number in (("world", 2), ("estimates", 2), ("summary", 1)):  # two recipes, two pairs
        assert sum(job["Comment"].startswith(f"rule_{group}_") for job in jobs) == number
    assert not any("check_" in job["Comment"] for job in jobs)  # runs where Snakemake runs


def test_no_slurm_log_is_left_of_a_success(runs):
    assert not list((runs[1] / ".snakemake" / "slurm_logs").rglob("*.log"))
