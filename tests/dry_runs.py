"""Dry runs of Snakemake, each in a fork of one process that has imported Snakemake, which is most of a dry run.

Run as a script, this file is that process: it reads one request per line and answers with an exit status each.
"""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from lifetimes import Process, running


def dry_run(folder: Path, arguments: Sequence[str], environment: Mapping[str, str], printed: Path) -> bool:
    """Run `snakemake --dry-run` in a folder, what it prints into a file, and return whether it succeeded."""
    place = {"folder": str(folder), "environment": dict(environment), "printed": str(printed)}
    server = _server()
    print(json.dumps({"arguments": ["--dry-run", *arguments], "place": place}), file=server.stdin, flush=True)
    return json.loads(server.stdout.readline()) == 0


@cache
def _server() -> Process:
    living = ExitStack()
    atexit.register(living.close)
    return living.enter_context(running([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE))


def _serve() -> None:
    from snakemake.cli import main

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            request = json.loads(line)
            _move(**request["place"])
            main(request["arguments"])
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _move(folder: str, environment: Mapping[str, str], printed: str) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    with open(printed, "w") as out:  # noqa: PTH123
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)


if __name__ == "__main__":
    _serve()
