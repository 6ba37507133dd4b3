"""Stages in processes of their own that may be killed at any moment.

The processes are forked by a server that has imported the stages and runs nothing else: a fork of the test process
itself inherits the locks of its threads, and now and then waits for one of them for ever. The server ends when the test
process does, and its forks with it.
"""

import multiprocessing
import os
from collections.abc import Callable, Mapping
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import torch

from lifetimes import end_with

SCRIPTS = [
    "crosspatch.experiments.miniatures.tune_miniature",
    "crosspatch.experiments.stages.tune_adapter",
    *(f"crosspatch.experiments.factorial.{name}" for name in ("measure_cells", "estimate_effects")),
]


def started(main: Callable[..., None], arguments: Mapping[str, Any]) -> BaseProcess:
    """Start `main(**arguments)` with one thread, printing nothing."""
    child = _server().Process(target=_quietly, args=(main, arguments))
    child.start()
    return child


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["server_of_forks", *SCRIPTS])
    search = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    with pytest.MonkeyPatch.context() as patch:  # Python 3.11 gives its server no other path to import from
        patch.setenv("PYTHONPATH", os.pathsep.join(search))
        forkserver.ensure_running()
    return context


def _quietly(main: Callable[..., None], arguments: Mapping[str, Any]) -> None:
    from server_of_forks import SERVER  # imported by the server

    end_with(SERVER)
    torch.set_num_threads(1)
    with open(os.devnull, "w") as quiet:  # noqa: PTH123
        os.dup2(quiet.fileno(), 1)
        os.dup2(quiet.fileno(), 2)
        main(**arguments)
