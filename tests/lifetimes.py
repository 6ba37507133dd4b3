"""Processes that end with the test that starts them, however it ends, together with all that they start. Linux only.

Between a test and a command stands a supervisor, this file run as a script. The kernel tells it when the test's process
is gone (SIGKILL included), hands it every descendant whose own parent has ended, and kills the command when the
supervisor is gone. All that is below the supervisor is killed when the command ends, when the test's process does, when
the test leaves `running`, and after LIMIT seconds, which only bound a hang.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LIMIT = 4 * 3600  # the smoke study takes minutes
SET_PARENT_DEATH_SIGNAL, SET_CHILD_SUBREAPER = 1, 36  # PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER of <sys/prctl.h>
PASSED_ON = {signal.SIGINT: signal.SIGINT, signal.SIGUSR1: signal.SIGKILL}
Process = subprocess.Popen[str]
HEARD = {*PASSED_ON, signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD}


@contextmanager
def running(command: Sequence[object], *, limit: int = LIMIT, **options: Any) -> Iterator[Process]:
    """Start a command in a session of its own, with options of Popen; on leaving, all that it started has ended.

    SIGINT to the process is passed on to the command; its exit status is the command's.
    """
    supervised = [sys.executable, "-IS", __file__, os.getpid(), limit, *command]
    arguments = list(map(str, supervised))
    with subprocess.Popen(arguments, text=True, start_new_session=True, **options) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def run(command: Sequence[object], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and return its exit status and what it printed, its errors apart."""
    with running(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options) as process:
        output, errors = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def output_of(command: Sequence[object], **options: Any) -> str:
    """Run a command to its end and return what it printed; the test fails, with all of that, if the command does."""
    done = run(command, **options)
    assert done.returncode == 0, f"{command} gave {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def kill(process: Process) -> None:
    """Kill a command as `kill -9` does, which leaves it no time to clean up."""
    process.send_signal(signal.SIGUSR1)
    process.wait()


def end_with(parent: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process a signal when its parent ends; if it has ended already, end now."""
    _control(SET_PARENT_DEATH_SIGNAL, number)
    if os.getppid() != parent:
        os._exit(1)


def supervise(parent: int, limit: int, command: list[str]) -> int:
    """Run a command, end all that is left of it, and return its status as `waitpid` gives it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    end_with(parent, signal.SIGTERM)
    _control(SET_CHILD_SUBREAPER, 1)
    signal.alarm(limit)
    child = _started(command)
    heard, ended = signal.SIGCHLD, {}
    while child not in ended and heard not in (signal.SIGTERM, signal.SIGALRM):
        heard = signal.sigwait(HEARD)
        if heard in PASSED_ON:
            os.kill(child, PASSED_ON[heard])
        ended |= _reaped(os.WNOHANG)
    if heard == signal.SIGALRM:
        print(f"{' '.join(command)} was killed: it did not end within {limit} seconds", file=sys.stderr)
    while children := _children():
        for one in children:
            os.kill(one, signal.SIGKILL)
        ended |= _reaped()
    return ended[child]


def _started(command: list[str]) -> int:
    supervisor = os.getpid()
    child = os.fork()
    if child:
        return child
    end_with(supervisor)
    for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):  # as a command finds them at a terminal
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    try:
        os.execvp(command[0], command)  # noqa: S606 - there is no shell on purpose
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        os._exit(127)


def _reaped(how: int = 0) -> dict[int, int]:
    """Statuses of processes that have ended, by their ids; without WNOHANG, wait for one at least."""
    found = {}
    try:
        while (status := os.waitpid(-1, how))[0]:
            found[status[0]] = status[1]
            how = os.WNOHANG
    except ChildProcessError:
        pass
    return found


def _children() -> list[int]:
    """Processes whose parent is this one; those that have ended stay among them until they are reaped."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == os.getpid():
            found.append(int(path.parent.name))
    return found


def _control(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value}) failed")


def _end_as(status: int) -> None:
    """End this process as the one with this status has ended."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    sys.exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    _end_as(supervise(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
