"""The study from its world to one table and one figure, in one process; prints a digest of what every stage wrote.

`python tests/study_in_small.py FOLDER`, with PYTHONPATH=src: few documents, five training steps, six prompts. In one
process, since under emulation the imports cost more than the stages.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from crosspatch.experiments.divergence import find_divergences
from crosspatch.experiments.factorial import (
    assemble_factorial,
    capture_boundary,
    collect_effects,
    estimate_effects,
    measure_cells,
)
from crosspatch.experiments.miniatures import pretrain_miniature, train_tokenizer, tune_miniature, write_world
from crosspatch.experiments.prompts import write_prompts
from crosspatch.experiments.rollouts import roll_out
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs import draw_figure, make_table

DEFINITION = Path(__file__).parents[1] / "data/world/world.yaml"
SIDES = ("base", "tuned")
NOTE = {"provenance": {"rule": "test", "checkpoints": {}}}
ENGINE = {
    "placement": {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa", "kernels": "pinned"},
    "batches": {"plan": "exact", "tokens": 4096},
}
WORLD = {
    "documents": 120,
    "instructions": 80,
    "prompts_per_category": 2,
    "largest_operand": 3,
    "held_out_share": 0.2,
    "seed": 0,
}
SHAPE = {"width": 64, "blocks": 3, "heads": 4, "key_value_heads": 2, "mlp_width": 192, "context": 256}
PROMPTS = 6


def main() -> None:
    """Run every stage in the working folder; one line for each: its name and the digest of what it wrote."""
    stage("world", write_world.main, definition=DEFINITION, world=WORLD, **files("documents", "instructions", "exam"))
    words = {"documents": Path("documents.parquet"), "instructions": Path("instructions.parquet")}
    tokenizer = Path("words/tokenizer.json")
    tokenizer.parent.mkdir()
    stage("tokenizer", train_tokenizer.main, **words, tokenizer=tokenizer, vocabulary=256)
    train(words, tokenizer)
    measure()
    show()


def train(words: dict[str, Path], tokenizer: Path) -> None:
    """Pretrain the base and tune its descendant."""
    stage(
        *("weights of base", pretrain_miniature.main),
        documents=words["documents"],
        tokenizer=tokenizer,
        name="base",
        shape=SHAPE,
        dtype="float32",
        checkpoint={"source": "pretraining", "recipe": "small", "architecture": "llama", "seed": 0},
        settings={"steps": 5, "batch": 8, "window": 32, "rate": 0.008, "weight_decay": 0.1, "initializer_range": 0.08},
        **checkpoint("base"),
        kernels="pinned",
    )
    stage(
        *("weights of tuned", tune_miniature.main),
        base=Path("base/checkpoint.json"),
        instructions=words["instructions"],
        exam=Path("exam.parquet"),
        learned=Path("tuned/learned.json"),
        name="tuned",
        dtype="float32",
        checkpoint={"source": "instruction_tuning", "parent": "base", "seed": 0},
        settings={"steps": 3, "batch": 8, "rate": 0.02, "weight_decay": 0.0},
        **checkpoint("tuned"),
        kernels="pinned",
    )


def measure() -> None:
    """From prompts to the cells of one pair."""
    write_prompts.main(exam=Path("exam.parquet"), **files("prompts"), **NOTE)
    write_table(read_table(Path("prompts.parquet"), "prompts").head(PROMPTS), Path("prompts.parquet"), "prompts")
    manifests = {side: Path(side, "checkpoint.json") for side in SIDES}
    for side in SIDES:
        stage(
            *(f"rollouts of {side}", roll_out.main),
            checkpoint=manifests[side],
            prompts=Path("prompts.parquet"),
            checked=[],
            **{"rollouts": Path(f"{side}_rollouts.parquet"), "max_new_tokens": 6, "mode": "raw", **ENGINE},
        )
    rolled = {f"{side}_rollouts": Path(f"{side}_rollouts.parquet") for side in SIDES}
    events = {"prompts": Path("prompts.parquet"), "pair": "p", **files("events"), **manifests, **rolled}
    stage("events", find_divergences.main, **events)
    for side in SIDES:
        stage(
            *(f"states of {side}", capture_boundary.main),
            **{"checkpoint": manifests[side], "events": Path("events.parquet"), "boundary": 2, **ENGINE},
            states=Path(f"{side}.safetensors"),
        )
    states = {f"{side}_states": Path(f"{side}.safetensors") for side in SIDES}
    for side in SIDES:
        stage(
            *(f"cells of {side}", measure_cells.main),
            **{**manifests, **states, "events": Path("events.parquet"), "boundary": 2, "late": side, **ENGINE},
            cells=Path(f"{side}_late.parquet"),
        )


def show() -> None:
    """From cells to a table and a figure of estimates."""
    late = {f"{side}_late": Path(f"{side}_late.parquet") for side in SIDES}
    joined = {"verified": Path("none"), "events": Path("events.parquet"), "pair": "p", **files("cells"), **late}
    stage("cells", assemble_factorial.main, **joined)
    settings = {"draws": 200, "level": 0.95, "positions": [1]}
    estimates = {"cells": Path("cells.parquet"), "effects": Path("one.parquet"), "seed": 1, "settings": settings}
    stage("estimates", estimate_effects.main, **estimates)
    stage("effects", collect_effects.main, parts=[Path("one.parquet")], **files("effects"))
    shown = {"kinds": {"effects": "estimates"}, "labels": {"p": "Llama"}, "effects": Path("effects.parquet")}
    table = {"csv": Path("t.csv"), "markdown": Path("t.md"), "latex": Path("t.tex")}
    stage("table", make_table.main, shown="positions", **table, **shown)
    drawn = {"csv": Path("f.csv"), "pdf": Path("f.pdf"), "png": Path("f.png")}
    stage("figure", draw_figure.main, shown="positions", **drawn, **shown)


def stage(name: str, run: Callable[..., None], /, **arguments: object) -> None:
    """Run one stage and print the digest of each file that it wrote."""
    before = written()
    run(**{**NOTE, **arguments})
    after = written()
    for path in sorted(after):
        if after[path] != before.get(path):
            print(f"{name}: {path} {after[path]}", flush=True)


def written() -> dict[str, str]:
    """Digests of all files in the working folder, by path."""
    paths = [path for path in Path().rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in paths}


def files(*names: str) -> dict[str, Path]:
    """Parquet files of the working folder, by name."""
    return {name: Path(f"{name}.parquet") for name in names}


def checkpoint(name: str) -> dict[str, Path]:
    """What training writes, in a folder of its own."""
    folder = Path(name)
    folder.mkdir()
    return {
        "manifest": folder / "checkpoint.json",
        "weights": folder / "model.safetensors",
        "losses": folder / "losses.parquet",
    }


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    main()
