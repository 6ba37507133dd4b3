"""The smoke study, run from nothing in copies of the repository, once for all tests and workers of a session."""

import fcntl
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosspatch.workflow.kernels import PINNED
from dry_runs import dry_run
from forked_jobs import LIBRARIES, snakemake_with_forks
from lifetimes import run

ROOT = Path(__file__).parents[1]
SOURCES = (
    *("Snakefile", "config.yaml", "pyproject.toml", "requirements.lock", "tests/smoke.yaml"),
    *("data", "envs", "profiles", "report", "rules", "schemas", "src"),
)
CONFIG = "tests/smoke.yaml"
OPTIONS = ("--configfile", CONFIG, "--nocolor")
BINARIES = Path(sys.executable).parent
SNAKEMAKE = (BINARIES / "snakemake",)
ARCHIVE = "results/smoke/archive.zip"
IMPORTED = ".snakemake/imported"  # in the first run


@dataclass
class Checkout:
    """A copy of the repository, and how to edit it and undo all edits.

    `environment` is added to this process's for Snakemake, which is what `snakemake` starts.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    snakemake: Sequence[object] = SNAKEMAKE
    _before: dict[Path, tuple[bytes, tuple[int, int]]] = field(default_factory=dict)

    def run(self, *arguments: str) -> str:
        """Run Snakemake on the smoke study and return what it printed; the test fails if it fails."""
        succeeded, printed = self._run(*arguments)
        assert succeeded, printed
        return printed

    @contextmanager
    def forking(self, libraries: Sequence[str]) -> Iterator[None]:
        """Run jobs as forks of a process that has imported these libraries, with the kernels of the study."""
        with snakemake_with_forks(self.folder, os.environ | PINNED | self.environment, libraries) as self.snakemake:
            yield
        self.snakemake = SNAKEMAKE

    def refusal(self, *arguments: str) -> str:
        """Run Snakemake and return what it printed; the test fails if it succeeds."""
        succeeded, printed = self._run(*arguments)
        assert not succeeded, printed
        return printed

    def planned(self, *targets: str) -> set[str]:
        """Return the jobs that a dry run lists, each as its rule and its wildcards but the study."""
        printed = self.folder / ".snakemake" / "planned.txt"
        printed.parent.mkdir(exist_ok=True)
        succeeded = dry_run(self.folder, [*OPTIONS, "--", *targets], self._environment, printed)
        text = printed.read_text(encoding="utf-8")
        assert succeeded, text
        jobs = [_job(block) for block in re.split(r"(?m)^(?=(?:local)?rule \w+:$)", text)[1:]]
        total = re.search(r"(?m)^total +(\d+)$", text)
        assert len(jobs) == (int(total[1]) if total else 0), text
        return set(jobs) - {"all"}

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        """Replace the text of a file by `change` of it."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        changed = change(text)
        assert changed != text, f"the edit of {path} changes nothing"
        self._remember(file)
        file.write_text(changed, encoding="utf-8")

    def configure(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Apply `change` to the config of the smoke study, in place."""

        def dumped(text: str) -> str:
            config = yaml.safe_load(text)
            change(config)
            return yaml.safe_dump(config, sort_keys=False)

        self.edit(CONFIG, dumped)

    def tamper(self, path: str) -> None:
        """Flip the last bit of a file."""
        file = self.folder / path
        self._remember(file)
        content = file.read_bytes()
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    def touch(self, path: str) -> None:
        """Give a file the time of now."""
        self._remember(self.folder / path)
        (self.folder / path).touch()

    def restore(self) -> None:
        """Undo all edits and touches."""
        for file, (content, times) in self._before.items():
            file.write_bytes(content)
            os.utime(file, ns=times)
        self._before.clear()

    def _run(self, *arguments: str) -> tuple[bool, str]:
        command = [*self.snakemake, *OPTIONS, *arguments]
        done = run(command, cwd=self.folder, env=os.environ | self._environment)
        return done.returncode == 0, done.stdout + done.stderr

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.pathsep.join([str(BINARIES), os.environ["PATH"]]), **self.environment}

    def _remember(self, file: Path) -> None:
        state = file.stat()
        self._before.setdefault(file, (file.read_bytes(), (state.st_atime_ns, state.st_mtime_ns)))


def new_checkout(folder: Path) -> Checkout:
    """Copy the sources of the repository to `folder`."""
    for name in SOURCES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy2(ROOT / name, folder / name)
    return Checkout(folder)


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Checkout]:
    """Return a function that makes a checkout in which nothing was run."""
    return lambda: new_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="session")
def first(shared: Path) -> Checkout:
    """A checkout with the finished study, run on two cores, whose jobs note what they import; not to be changed."""

    def run_study(checkout: Checkout) -> None:
        checkout.environment = {"PYTHONPATH": str(ROOT / "tests/watched"), "IMPORTED": IMPORTED}
        checkout.run("--quiet", "all", "--cores", "2", "--", "all", ARCHIVE)

    return run_once(shared / "first", run_study)


@pytest.fixture(scope="session")
def second(shared: Path) -> Checkout:
    """Another: one core, forks of one process for jobs, another order, time zone and language; not to be changed."""

    def run_study(checkout: Checkout) -> None:
        checkout.environment = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
        with checkout.forking(LIBRARIES):
            for targets in (["results/smoke/tables/events.csv"], [ARCHIVE, "all"]):
                checkout.run("--quiet", "all", "--cores", "1", "--", *targets)

    return run_once(shared / "second", run_study)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all workers of this test session share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def run_once(folder: Path, run_study: Callable[[Checkout], None]) -> Checkout:
    """Run the study in a new checkout by `run_study`, unless another worker did so or is about to."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            running = new_checkout(folder.with_suffix(".running"))
            run_study(running)
            running.folder.rename(folder)
    return Checkout(folder)


@pytest.fixture(scope="session")
def finished_smoke(first: Checkout) -> Path:
    """Folder of a checkout with the finished study; not to be changed."""
    return first.folder


def _job(block: str) -> str:
    rule = re.match(r"(?:local)?rule (\w+):", block)[1]
    wildcards = re.search(r"(?m)^    wildcards: (.*)$", block)
    values = [pair.split("=") for pair in wildcards[1].split(", ")] if wildcards else []
    return " ".join([rule, *(value for name, value in values if name != "study")])
