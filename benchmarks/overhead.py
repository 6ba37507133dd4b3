"""What surrounds the work: starting jobs, planning them, and how much of a study's CPU time is spent in its stages."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.timing import single

ROOT = Path(__file__).parents[1]
TRAINING = (
    *("write_world", "train_tokenizer", "pretrain_miniature", "tune_miniature", "continue_miniature"),
    "write_prompts",
)
STAGES = (
    *("rollouts.roll_out", "divergence.find_divergences", "factorial.measure_cells", "factorial.assemble_factorial"),
    *("factorial.estimate_effects", "verdicts.judge_controls"),
)


def planning() -> pd.DataFrame:
    """Return CPU seconds of a dry run of each study."""
    studies = ("miniature", "paper")
    seconds = {
        study: _cpu([*_snakemake(), "--dry-run", "--quiet", "all", "--config", f"study={study}"]) for study in studies
    }
    return pd.concat([single(study, "snakemake --dry-run", value, 3, "CPU s") for study, value in seconds.items()])


def starting() -> pd.DataFrame:
    """Return CPU seconds that a job of some stages needs before its work begins; no bar, the share below has one."""
    rows = []
    for stage in STAGES:
        seconds = min(_cpu([sys.executable, "-c", f"import crosspatch.experiments.{stage}"]) for _ in range(3))
        rows.append(single("any", f"start of {stage}", seconds, float("inf"), "CPU s"))
    return pd.concat(rows)


def share_in_stages() -> pd.DataFrame:
    """Run the miniature study from its trained checkpoints; return the share of CPU time that is outside its stages."""
    logs = ROOT / "results/miniature/logs"
    again = ["--rerun-triggers", "mtime", "--forcerun", "check_pair", "roll_out"]
    total = _cpu([*_snakemake(), "--quiet", "all", "--cores", "2", *again])
    inside = [_in_stage(log) for log in logs.rglob("*.log") if log.relative_to(logs).parts[0] not in TRAINING]
    outside = 1 - sum(inside) / total
    return single("miniature", "CPU time outside the stages, from trained checkpoints", outside, 0.4, "/ all CPU time")


def _in_stage(log: Path) -> float:
    found = re.search(r"CPU seconds: [\d.]+ to start, ([\d.]+) in the stage", log.read_text(encoding="utf-8"))
    return float(found[1]) if found else 0.0


def _snakemake() -> list[str]:
    return [str(Path(sys.executable).parent / "snakemake")]


def _cpu(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
