"""Cold starts: what loading a half reads from disk, and the most memory that the stages hold.

Each measurement is a process of its own, which drops the files from the page cache first, so that bytes read are
bytes of the disk.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

from benchmarks.timing import single
from benchmarks.workloads import Workload

MEGABYTE = 2**20


def compare(work: Workload) -> pd.DataFrame:
    """Return bytes read and peak memory of capture_boundary and measure_cells, over those of the whole checkpoint."""
    whole = sum(path.stat().st_size for path in work.folders["base"].glob("*.safetensors"))
    contexts = work.events["context"].map(list).tolist()
    states = 2 * 4 * work.models["base"].config.hidden_size * sum(map(len, contexts))
    rows = []
    for job in ("capture_boundary", "measure_cells"):
        found = _measured(job, work, contexts)
        rows.append(single(work.name, f"bytes read by {job}", found["read"] / whole, 0.7, "/ checkpoint's bytes"))
        over = (found["peak"] - states) / whole
        rows.append(single(work.name, f"peak memory of {job} without states", over, 0.7, "/ checkpoint's bytes"))
    return pd.concat(rows)


def _measured(job: str, work: Workload, contexts: list[list[int]]) -> dict[str, float]:
    given = {"job": job, "folders": {side: str(path) for side, path in work.folders.items()}}
    given |= {"boundary": work.boundary, "contexts": contexts, "batches": dict(work.batches)}
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.cold"], input=json.dumps(given), text=True, capture_output=True, check=True
    )
    return json.loads(ran.stdout)


def _job(given: dict) -> dict[str, float]:
    import torch

    from benchmarks.contenders import engine  # noqa: F401
    from crosspatch.jobs.batching import plan_batches
    from crosspatch.jobs.cells import capture_boundary_states, last_positions, right_padded
    from crosspatch.models.halves import load_late, load_upstream, run_late
    from crosspatch.models.loading import Placement, load_model  # noqa: F401
    from crosspatch.models.readout import load_readout
    from crosspatch.models.tokens import load_tokenizer

    folders = {side: Path(folder) for side, folder in given["folders"].items()}
    place = Placement("cpu", "checkpoint", "sdpa")
    events = pd.DataFrame({"context": given["contexts"]}).assign(prompt_id=lambda frame: frame.index.astype(str))
    planned = plan_batches([len(context) for context in given["contexts"]], **given["batches"])
    width = json.loads((folders["base"] / "config.json").read_text())["hidden_size"]
    words = {side: load_tokenizer(folder) for side, folder in folders.items()}
    _drop_from_cache(folders.values())
    before, read = _resident(), _bytes_read()
    if given["job"] == "capture_boundary":
        capture_boundary_states(load_upstream(folders["base"], given["boundary"], place), events, planned, device="cpu")
    else:
        readouts = {side: load_readout(folder, words[side], place) for side, folder in folders.items()}
        half = load_late(folders["base"], given["boundary"], place)
        for batch in planned:
            states = right_padded([torch.randn(len(given["contexts"][row]), width) for row in batch])
            last = last_positions(run_late(half, states), [len(given["contexts"][row]) for row in batch])
            [readout.logits(last) for readout in readouts.values()]
    return {"peak": _peak() - before, "read": _bytes_read() - read}


def _drop_from_cache(folders: object) -> None:
    for folder in folders:
        for path in folder.glob("*.safetensors"):
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))


def _resident() -> float:
    return _status("VmRSS")


def _peak() -> float:
    return _status("VmHWM")


def _bytes_read() -> float:
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("read_bytes:"))


if __name__ == "__main__":
    print(json.dumps(_job(json.load(sys.stdin))))
