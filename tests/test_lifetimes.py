"""Nothing that a test starts outlives it: not after SIGKILL, not in a session of its own, not if it hangs."""

import ast
import os
import signal
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

from lifetimes import LIMIT, kill, output_of, run, running

TESTS = Path(__file__).parent
MAY_START_PROCESSES = {"lifetimes.py", "killable.py", "dry_runs.py", "test_lifetimes.py"}
# A command that starts a child and a daemon in a session of its own, says so, and waits.
FAMILY = ["bash", "-c", "sleep 9999 & setsid --fork sleep 9999; echo started; wait"]
HANGS = """
import os, time
from pathlib import Path
import pytest

def ready():
    Path("pid").with_suffix(".new").write_text(str(os.getpid()))
    Path("pid").with_suffix(".new").rename("pid")
"""
COMMAND_HANGS = f"""{HANGS}
from lifetimes import running

@pytest.fixture(scope="session")
def family():
    with running({FAMILY}, stdout=-1) as process:
        assert process.stdout.readline() == "started\\n"
        yield

def test_that_hangs(family):
    ready()
    time.sleep({LIMIT})
"""
STAGE_HANGS = f"""{HANGS}
import killable

killable.SCRIPTS.clear()  # which take long to import

def hang(place):
    os.chdir(place)
    ready()
    time.sleep({LIMIT})

def test_that_hangs():
    killable.started(hang, {{"place": str(Path.cwd())}}).join()
"""


def until(condition):
    """Wait until a condition holds; only a hang makes it fail."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def processes_with(mark):
    """Return the ids of the processes that were started with a mark in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


class Pytest:
    """A pytest that runs one file; `processes` are those that were started from it, itself included."""

    def __init__(self, folder, text, *options):
        (folder / "test_of_a_hang.py").write_text(text)
        self.mark = uuid.uuid4().hex
        environment = os.environ | {"MARK": self.mark}
        settings = (
            f"-p no:cacheprovider --import-mode=importlib -o pythonpath={TESTS} -c {os.devnull} --rootdir {folder}"
        )
        # Whoever is started in the background of a script ignores Ctrl-C, and so would this pytest.
        heeding = ["env", "--default-signal=INT"]
        command = [*heeding, sys.executable, "-m", "pytest", *settings.split(), *options, "test_of_a_hang.py"]
        self.printed = folder / "printed.txt"
        with self.printed.open("w") as out:
            self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
        self.ready = folder / "pid"

    def wait_until_ready(self):
        """Wait until the test hangs; fail with what pytest printed if it ends instead."""
        until(lambda: self.ready.exists() or self.process.poll() is not None)
        assert self.process.poll() is None, self.printed.read_text()

    @property
    def processes(self):
        """What was started from this pytest and still runs, itself included."""
        return processes_with(self.mark)


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a pytest; it and what it left are killed in the end."""
    started = []

    def begin(*arguments):
        started.append(Pytest(tmp_path, *arguments))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait()
        for number in one.processes:
            os.kill(number, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_when_pytest_is_ended_nothing_remains(start, number):
    hanging = start(COMMAND_HANGS)
    hanging.wait_until_ready()
    assert len(hanging.processes) == 5  # pytest, the supervisor, bash, its child and its daemon
    hanging.process.send_signal(number)
    hanging.process.wait()
    until(lambda: not hanging.processes)


def test_when_a_worker_of_xdist_is_killed_nothing_of_it_remains(start):
    hanging = start(COMMAND_HANGS, "-n1")
    hanging.wait_until_ready()
    os.kill(int(hanging.ready.read_text()), signal.SIGKILL)
    assert hanging.process.wait() == pytest.ExitCode.TESTS_FAILED
    until(lambda: not hanging.processes)


def test_after_a_time_limit_nothing_remains(start):
    hanging = start(COMMAND_HANGS, "--timeout=1", "-o", "timeout_func_only=true")
    assert hanging.process.wait() == pytest.ExitCode.TESTS_FAILED
    until(lambda: not hanging.processes)


def test_a_stage_that_was_forked_ends_with_pytest(start):
    hanging = start(STAGE_HANGS)
    hanging.wait_until_ready()
    hanging.process.kill()
    hanging.process.wait()
    until(lambda: not hanging.processes)


@pytest.fixture
def marked():
    """Return an environment with a mark, and a function that returns the processes that have it."""
    mark = uuid.uuid4().hex
    return os.environ | {"MARK": mark}, lambda: processes_with(mark)


@contextmanager
def family(environment):
    with running(FAMILY, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == "started\n"
        yield process


def test_a_test_that_fails_leaves_nothing(marked):
    environment, remaining = marked

    def fail():
        with family(environment):
            assert len(remaining()) == 4
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert remaining() == []


@pytest.mark.parametrize("end", [lambda process: process.send_signal(signal.SIGINT), kill], ids=["interrupt", "kill"])
def test_a_command_that_is_ended_leaves_nothing(marked, end):
    environment, remaining = marked
    with family(environment) as process:
        end(process)
        assert process.wait() < 0
        assert remaining() == []


def test_a_command_that_hangs_is_killed_and_named():
    done = run(["sleep", "9999"], limit=1)
    assert done.returncode == -signal.SIGKILL
    assert done.stderr == "sleep 9999 was killed: it did not end within 1 seconds\n"


def test_interrupts_reach_the_command_even_where_the_test_ignores_them():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with running(
            ["bash", "-c", "trap 'exit 7' INT; echo set; sleep 9999 & wait"], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout.readline() == "set\n"
            process.send_signal(signal.SIGINT)
            assert process.wait() == 7
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("script", "status"), [("exit 3", 3), ("kill -TERM $$", -15), ("kill -PIPE $$", -13)])
def test_exit_status_and_output_are_the_commands(script, status):
    done = run(["bash", "-c", f"echo out; echo err >&2; {script}"])
    assert (done.returncode, done.stdout, done.stderr) == (status, "out\n", "err\n")
    with pytest.raises(AssertionError, match=rf"gave {status}\nout\nerr"):
        output_of(["bash", "-c", f"echo out; echo err >&2; {script}"])


def test_a_command_that_does_not_exist_is_named():
    done = run(["nosuch"])
    assert (done.returncode, done.stderr) == (127, "nosuch: No such file or directory\n")


def test_no_other_test_starts_processes_by_itself():
    starting = {"subprocess", "multiprocessing", "concurrent"}
    wrong = []
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else named
            if starting & {name.split(".")[0] for name in named} and path.name not in MAY_START_PROCESSES:
                wrong.append(f"{path.relative_to(TESTS)} imports {named[0]}; use lifetimes")
    assert not wrong, "\n".join(wrong)
