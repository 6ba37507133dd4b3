"""What Python runs first in every job of the smoke study: at its end, a job notes which modules it imported."""

import atexit
import json
import os
import sys
from pathlib import Path


def _note() -> None:
    job = getattr(sys.modules["__main__"], "snakemake", None)
    if job is not None:
        folder = Path(os.environ["IMPORTED"])
        folder.mkdir(parents=True, exist_ok=True)
        note = {"rule": job.rule, "shown": job.wildcards.get("shown"), "modules": sorted(sys.modules)}
        (folder / f"{os.getpid()}.json").write_text(json.dumps(note), encoding="utf-8")


if "IMPORTED" in os.environ:
    atexit.register(_note)
