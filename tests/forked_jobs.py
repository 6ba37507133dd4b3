"""Jobs of a study as forks of one process that has imported their libraries, which is most of a small job.

`python forked_jobs.py serve SOCKET LIBRARY ...` is that process; `python forked_jobs.py ask SOCKET SCRIPT` has it run a
script as `python SCRIPT` would, in this folder, with this environment and these streams. `snakemake_with_forks` gives a
Snakemake whose jobs run so.
"""

import json
import os
import runpy
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

SHOWING = ("pandas", "pyarrow.parquet", "matplotlib.pyplot", "seaborn.objects", "jsonschema", "jaxtyping", "tabulate")
"""Libraries of figures and tables."""
ARCHITECTURES = ("llama", "mistral", "olmo2", "qwen2", "qwen3", "gemma3")
LIBRARIES = (
    *(*SHOWING, "scipy.stats", "torch", "safetensors.torch", "transformers"),
    *("tokenizers", "datasets", "huggingface_hub"),
    *(f"transformers.models.{name}.modeling_{name}" for name in ARCHITECTURES),
)
"""Libraries of all jobs."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""What Snakemake sets for jobs of one thread, as all are; libraries read it when imported, which here is earlier."""
SNAKEMAKE = "import sys; sys.executable = sys.argv.pop(1); from snakemake.cli import main; main()"


@contextmanager
def snakemake_with_forks(
    folder: Path, environment: Mapping[str, str], libraries: Sequence[str] = LIBRARIES
) -> Iterator[Sequence[str]]:
    """Yield the command that stands for `snakemake` in a folder, with this environment."""
    from lifetimes import running  # not in the process of forks, which knows no other folder

    place = folder / "jobs.socket"
    server = [sys.executable, __file__, "serve", str(place), *libraries]
    with running(server, cwd=folder, env=dict(environment) | ONE_THREAD) as process:
        while not place.exists() and process.poll() is None:
            time.sleep(0.1)
        yield [sys.executable, "-c", SNAKEMAKE, f"{sys.executable} -IS {__file__} ask {place}"]


def serve(place: str, *libraries: str) -> None:
    """Run scripts, each in a fork, until this process is killed."""
    for name in libraries:
        __import__(name)
    signal.signal(signal.SIGCHLD, _reap)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"{place}.new")
    listening.listen()
    os.rename(f"{place}.new", place)  # noqa: PTH104 - now it answers
    while True:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _run(connection)
        connection.close()


def _reap(*_: object) -> None:
    """Take note of forks that have ended, so that their CPU time is counted as this process's."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def ask(place: str, script: str) -> int:
    """Have a script run and return its exit status; 1 if it was killed."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(place)
        request = json.dumps({"script": script, "folder": str(Path.cwd()), "environment": dict(os.environ)}).encode()
        socket.send_fds(connection, [len(request).to_bytes(8, "big")], [1, 2])
        connection.sendall(request)
        answer = connection.recv(1)
    return answer[0] if answer else 1


def _run(connection: socket.socket) -> None:
    length, streams, _, _ = socket.recv_fds(connection, 8, 2)
    request = json.loads(_received(connection, int.from_bytes(length, "big")))
    for target, stream in enumerate(streams, start=1):
        os.dup2(stream, target)
        os.close(stream)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.argv = [request["script"]]
    status = 0
    try:
        runpy.run_path(request["script"], run_name="__main__")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as an interpreter ends
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([status]))
    os._exit(0)


def _received(connection: socket.socket, length: int) -> bytes:
    parts = b""
    while len(parts) < length:
        parts += connection.recv(length - len(parts))
    return parts


if __name__ == "__main__":
    sys.exit({"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:]))
