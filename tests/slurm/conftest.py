"""A SLURM of one node with two pretended GPUs on the loopback interface, and Snakemake runs on it.

Debian's slurmctld and slurmd (.ci/run installs them) run as root under auth/none, keep all they write in a temporary
folder, and end with the tests, as do the jobs that they started. They need character devices as GPUs, and links in
/etc/slurm, where the inner `srun` of the plugin's jobs looks for the configuration.
"""

import fcntl
import os
import re
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lifetimes import LIMIT, Process, output_of, running

ROOT = Path(__file__).parents[2]
ETC = Path("/etc/slurm")
NEEDED = ["slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo"]
QUICK = ["--slurm-init-seconds-before-status-checks", "1"]  # look for finished jobs after 1, 12, 33 seconds

NAME = "ClusterName=crosspatch_tests"
SLURM_CONF = """
{name}
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
MpiDefault=none
SwitchType=switch/none
MailProg=/bin/true
# linuxproc leaves processes of cancelled jobs behind
ProctrackType=proctrack/pgid
TaskPlugin=task/none
# A job that outgrows its memory is killed
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2,bf_interval=5,batch_sched_delay=0
ReturnToService=2
KillWait=5
MinJobAge=86400
SlurmctldPort={control_port}
SlurmdPort={node_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
# The node may have more cores and memory than the machine
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=64000 Gres=gpu:a100:2 State=UNKNOWN
# A job that waits holds up those behind it, in all partitions of its node: jobs without a GPU go first
PartitionName=cpu Nodes={host} Default=YES PriorityTier=2 MaxTime=INFINITE State=UP
PartitionName=gpu Nodes={host} PriorityTier=1 MaxTime=INFINITE State=UP
"""
GRES_CONF = "NodeName={host} Name=gpu Type=a100 File={folder}/gpu[0-1]\n"
SITE = """
account: project
partition: cpu
gpu_partition: gpu
gpu_model: a100
cache: /scratch/somebody/huggingface
"""

Job = dict[str, str]  # fields as `scontrol show job` names them


@dataclass(frozen=True)
class Cluster:
    """A SLURM; `folder` has its configuration, state and logs."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Environment in which commands talk to this SLURM and no other, and `snakemake` is this Python's."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return os.environ | {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": path}

    def output(self, *command: str) -> str:
        """Run a command and return what it prints."""
        return output_of(command, env=self.environment).strip()

    def jobs(self, folder: Path, rule: str = "") -> list[Job]:
        """Jobs that were submitted in a folder, of a rule or of groups with it, in the order of submission."""
        lines = self.output("scontrol", "--oneliner", "show", "job").splitlines()
        jobs = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in lines if line.startswith("JobId=")]
        return [job for job in jobs if job["WorkDir"] == str(folder) and rule in job.get("Comment", "")]

    @staticmethod
    def until(condition: Callable[[], object], what: str) -> None:
        """Wait until `condition` holds; LIMIT only bounds a hang."""
        end = time.monotonic() + LIMIT
        while not condition():
            assert time.monotonic() < end, f"waited {LIMIT} s in vain until {what}"
            time.sleep(0.1)


@dataclass(frozen=True)
class Run:
    """A Snakemake that was started in a folder; `printed` is the file with what it prints."""

    process: Process
    printed: Path

    def succeeds(self) -> None:
        """Wait for the end, which must be a success."""
        assert self.process.wait() == 0, self.printed.read_text()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start SLURM and stop it again, whatever happens; one at a time, since there is one /etc/slurm."""
    _need(os.geteuid() == 0, "needs root, for device files and links in /etc/slurm")
    missing = [name for name in NEEDED if shutil.which(name) is None]
    _need(not missing, f"needs {', '.join(missing)} (Debian's packages slurmctld, slurmd and slurm-client)")
    with (Path(tempfile.gettempdir()) / "crosspatch_slurm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _need(not _has_own_slurm(), f"this machine has a SLURM of its own: {ETC / 'slurm.conf'}")
        cluster = Cluster(tmp_path_factory.mktemp("cluster"))
        with _configured(cluster), _daemon(cluster, "slurmctld", "-c"), _daemon(cluster, "slurmd"):
            cluster.until(lambda: cluster.output("sinfo", "-h", "-p", "cpu", "-o", "%T") == "idle", "the node is idle")
            yield cluster


@pytest.fixture(scope="session")
def on_cluster(cluster: Cluster) -> Callable[..., Iterator[Run]]:
    """Return a context manager that starts `snakemake --profile slurm` in a folder, and leaves no process or job."""

    @contextmanager
    def start(folder: Path, *arguments: str) -> Iterator[Run]:
        command = ["snakemake", "--profile", "slurm", *QUICK, *arguments]
        environment = cluster.environment | {"PYTHONPATH": str(folder / "src")}
        printed = folder / f"printed_{time.monotonic_ns()}.txt"
        with printed.open("w") as out:
            try:
                with running(command, cwd=folder, env=environment, stdout=out, stderr=out) as process:
                    yield Run(process, printed)
            finally:
                cluster.output("scancel", "--user=root")
                cluster.until(lambda: not cluster.output("squeue", "--noheader"), "the queue is empty")

    return start


@pytest.fixture(scope="session")
def few_jobs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Return a function that makes a folder with the repository's profiles, SITE and a workflow of a few small jobs."""

    def make() -> Path:
        folder = tmp_path_factory.mktemp("few_jobs")
        for name in ("slurm", "profiles"):
            shutil.copytree(ROOT / name, folder / name)
        (folder / "slurm" / "site.yaml").write_text(SITE)
        shutil.copy(Path(__file__).with_name("few_jobs.smk"), folder / "Snakefile")
        return folder

    return make


def _need(condition: bool, reason: str) -> None:
    if not condition and "CI" in os.environ:
        pytest.fail(f"the SLURM tests must run in CI: {reason}")
    if not condition:
        pytest.skip(reason)


def _has_own_slurm() -> bool:
    """Whether /etc/slurm has a configuration other than these tests', whose own a killed test leaves."""
    file = ETC / "slurm.conf"
    return file.exists() and not (file.is_symlink() and NAME in file.read_text())


@contextmanager
def _configured(cluster: Cluster) -> Iterator[None]:
    """Write the configuration, and lead /etc/slurm there."""
    with socket.socket() as one, socket.socket() as other:
        for end in (one, other):
            end.bind(("127.0.0.1", 0))
        ports = {"control_port": one.getsockname()[1], "node_port": other.getsockname()[1]}
    for name in ("state", "spool"):
        (cluster.folder / name).mkdir()
    for index in range(2):
        os.mknod(cluster.folder / f"gpu{index}", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    ETC.mkdir(exist_ok=True)
    host = socket.gethostname().split(".")[0]
    for name, text in (("slurm.conf", SLURM_CONF), ("gres.conf", GRES_CONF)):
        (cluster.folder / name).write_text(text.format(name=NAME, host=host, folder=cluster.folder, **ports))
        (ETC / name).unlink(missing_ok=True)
        (ETC / name).symlink_to(cluster.folder / name)
    try:
        yield
    finally:
        for name in ("slurm.conf", "gres.conf"):
            (ETC / name).unlink(missing_ok=True)


@contextmanager
def _daemon(cluster: Cluster, *command: str) -> Iterator[None]:
    """Run a daemon; on leaving, it and the jobs that it started are killed."""
    printed = cluster.folder / f"{command[0]}.printed"
    with printed.open("w") as out, running([*command, "-D"], env=cluster.environment, stdout=out, stderr=out):
        yield
