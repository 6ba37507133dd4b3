"""Stages in processes of their own that may be killed at any moment.

The processes are forked by a server that has imported the stages and runs nothing else: a fork of the test process
itself inherits the locks of its threads, and now and then waits for one of them for ever. The server ends when the test
process does, and its forks with it.
"""

import multiprocessing
import os
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from typing import Any

import torch

from lifetimes import end_with

CONTEXT = multiprocessing.get_context("forkserver")
_SCRIPTS = ["crosspatch.experiments.miniatures.tune_miniature", "crosspatch.experiments.factorial.measure_cells"]
CONTEXT.set_forkserver_preload(["server_of_forks", *_SCRIPTS])


def started(main: Callable[..., None], arguments: Mapping[str, Any]) -> BaseProcess:
    """Start `main(**arguments)` with one thread, printing nothing."""
    child = CONTEXT.Process(target=_quietly, args=(main, arguments))
    child.start()
    return child


def _quietly(main: Callable[..., None], arguments: Mapping[str, Any]) -> None:
    from server_of_forks import SERVER  # imported by the server

    end_with(SERVER)
    torch.set_num_threads(1)
    with open(os.devnull, "w") as quiet:  # noqa: PTH123
        os.dup2(quiet.fileno(), 1)
        os.dup2(quiet.fileno(), 2)
        main(**arguments)
