"""Stages killed at random moments: every output is whole or absent, and running again gives the same bytes.

A server imports the stages once and forks a child for every attempt, so that a hundred kills take a minute.
"""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from crosspatch.experiments.divergence import find_divergences
from crosspatch.experiments.factorial import assemble_factorial, capture_boundary, estimate_effects, measure_cells
from crosspatch.experiments.miniatures import train_tokenizer, tune_miniature, write_world
from crosspatch.experiments.rollouts import roll_out
from crosspatch.experiments.stages import tune_adapter
from killable import started

KILLS_PER_STAGE = 11  # ten stages: more than a hundred kills
PLACE = {
    "placement": {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa"},
    "batches": {"plan": "exact", "tokens": 4096},
}
WORLD = {
    "documents": 300,
    "instructions": 200,
    "prompts_per_category": 4,
    "largest_operand": 3,
    "held_out_share": 0.2,
    "seed": 0,
}


def calls(smoke: Path, out: Path):
    """Every stage of the smoke study that writes, with its inputs from a finished run and its outputs in `out`."""
    study = smoke / "results/smoke"
    base, tuned = (study / f"checkpoints/smoke_llama_{side}/checkpoint.json" for side in ("base", "tuned"))
    prompts, events = study / "prompts/smoke.parquet", study / "divergence/smoke_llama.parquet"
    rollouts = {side: study / f"rollouts/smoke_llama_{side}/raw/smoke.parquet" for side in ("base", "tuned")}
    states = {side: study / f"factorial/smoke_llama/boundary_{side}.safetensors" for side in ("base", "tuned")}
    late = {side: study / f"factorial/smoke_llama/late_{side}.parquet" for side in ("base", "tuned")}
    note = {"provenance": {"rule": "test", "checkpoints": {}}}
    return {
        "write_world": (
            write_world.main,
            {
                "definition": Path("data/world/world.yaml"),
                "documents": out / "documents.parquet",
                "instructions": out / "instructions.parquet",
                "exam": out / "exam.parquet",
                "world": WORLD,
                **note,
            },
        ),
        "train_tokenizer": (
            train_tokenizer.main,
            {
                "documents": study / "world/smoke/documents.parquet",
                "instructions": study / "world/smoke/instructions.parquet",
                "tokenizer": out / "tokenizer.json",
                "vocabulary": 200,
                **note,
            },
        ),
        "tune_miniature": (
            tune_miniature.main,
            {
                "base": base,
                "instructions": study / "world/smoke/instructions.parquet",
                "exam": study / "world/smoke/exam.parquet",
                "manifest": out / "checkpoint.json",
                "losses": out / "losses.parquet",
                "learned": out / "learned.json",
                "weights": out / "model.safetensors",
                "name": "killed",
                "checkpoint": {"source": "instruction_tuning", "seed": 0},
                "settings": {"steps": 2, "batch": 4, "rate": 0.001, "weight_decay": 0.0},
                "dtype": "bfloat16",
                "kernels": "native",
                **note,
            },
        ),
        "tune_adapter": (
            tune_adapter.main,
            {
                "base": base,
                "instructions": study / "world/smoke/instructions.parquet",
                "exam": study / "world/smoke/exam.parquet",
                "manifest": out / "checkpoint.json",
                "losses": out / "losses.parquet",
                "learned": out / "learned.json",
                "weights": out / "model.safetensors",
                "adapter": out / "adapter/adapter_model.safetensors",
                "adapter_config": out / "adapter/adapter_config.json",
                "name": "killed",
                "checkpoint": {"source": "adapter_tuning", "seed": 0},
                "settings": {"rank": 2, "alpha": 4, "steps": 2, "batch": 4, "rate": 0.001, "weight_decay": 0.0},
                "dtype": "bfloat16",
                "kernels": "native",
                **note,
            },
        ),
        "roll_out": (
            roll_out.main,
            {
                "checkpoint": tuned,
                "prompts": prompts,
                "checked": [],
                "rollouts": out / "rollouts.parquet",
                "mode": "raw",
                "max_new_tokens": 4,
                **PLACE,
                **note,
            },
        ),
        "find_divergences": (
            find_divergences.main,
            {
                "base": base,
                "tuned": tuned,
                "prompts": prompts,
                "base_rollouts": rollouts["base"],
                "tuned_rollouts": rollouts["tuned"],
                "events": out / "events.parquet",
                "pair": "smoke_llama",
                **note,
            },
        ),
        "capture_boundary": (
            capture_boundary.main,
            {
                "checkpoint": base,
                "events": events,
                "states": out / "states.safetensors",
                "boundary": 2,
                **PLACE,
                **note,
            },
        ),
        "measure_cells": (
            measure_cells.main,
            {
                "base": base,
                "tuned": tuned,
                "base_states": states["base"],
                "tuned_states": states["tuned"],
                "events": events,
                "cells": out / "late.parquet",
                "late": "tuned",
                "boundary": 2,
                **PLACE,
                **note,
            },
        ),
        "assemble_factorial": (
            assemble_factorial.main,
            {
                "verified": study / "pairs/smoke_llama/verified.json",
                "events": events,
                "base_late": late["base"],
                "tuned_late": late["tuned"],
                "cells": out / "cells.parquet",
                "pair": "smoke_llama",
                **note,
            },
        ),
        "estimate_effects": (
            estimate_effects.main,
            {
                "cells": study / "factorial/smoke_llama/cells.parquet",
                "effects": out / "effects.parquet",
                "seed": 1,
                "settings": {"draws": 200, "level": 0.95, "positions": [1]},
                **note,
            },
        ),
    }


def visible(folder: Path):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


@pytest.mark.workflow
@pytest.mark.parametrize("stage", list(calls(Path(), Path())))
def test_a_killed_stage_leaves_whole_outputs_or_none_and_runs_again_to_the_same_bytes(stage, finished_smoke, tmp_path):
    reference, killed = tmp_path / "reference", tmp_path / "killed"
    reference.mkdir()
    killed.mkdir()
    began = time.monotonic()
    child = started(*calls(finished_smoke, reference)[stage])
    child.join()
    assert child.exitcode == 0
    duration = time.monotonic() - began
    whole = visible(reference)
    assert whole
    rng = random.Random(stage)
    kills = 0
    while kills < KILLS_PER_STAGE:
        began = time.monotonic()
        child = started(*calls(finished_smoke, killed)[stage])
        child.join(rng.uniform(0, duration))
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
            kills += 1
        else:  # done sooner than the run before: aim earlier
            assert child.exitcode == 0
            duration = min(duration, time.monotonic() - began)
        child.join()
        for name, content in visible(killed).items():
            assert content == whole[name], f"{name} is neither whole nor absent"
    child = started(*calls(finished_smoke, killed)[stage])
    child.join()
    assert child.exitcode == 0
    assert visible(killed) == whole
