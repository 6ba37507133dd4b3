"""Which checkpoint wrote a history and which reads it, in which mode, by hand."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from crosspatch.workflow.history_inputs import READERS, TEACHERS, Histories

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
ROLLED = {
    "base_raw": "rollouts/llama31_8b_base/raw/headline.parquet",
    "tuned_chat": "rollouts/llama31_8b_instruct/chat/headline.parquet",
    "tuned_raw": "rollouts/llama31_8b_instruct/raw/headline.parquet",
}
READING = {
    "base_raw": ("llama31_8b_base", "raw"),
    "base_chat": ("llama31_8b_base", "chat"),
    "tuned_raw": ("llama31_8b_instruct", "raw"),
    "tuned_chat": ("llama31_8b_instruct", "chat"),
}


@pytest.fixture
def histories():
    return Histories(CONFIG)


def where(**wildcards):
    return SimpleNamespace(study="paper", pair="llama31_8b", **wildcards)


def test_each_teacher_has_rollouts_in_its_mode(histories):
    assert {teacher: f"results/paper/{ROLLED[teacher]}" for teacher in TEACHERS} == {
        teacher: histories.rollouts(where(teacher=teacher)) for teacher in TEACHERS
    }
    assert histories.mode("teacher")(where(teacher="tuned_chat")) == "chat"


def test_each_reader_is_a_checkpoint_with_its_own_lens_in_a_mode(histories):
    assert set(READERS) == READING.keys()
    for reader, (checkpoint, mode) in READING.items():
        asked = where(reader=reader)
        assert histories.manifest(asked) == f"results/paper/checkpoints/{checkpoint}/checkpoint.json"
        assert histories.lens(asked) == f"results/paper/lenses/{checkpoint}/lens.safetensors"
        assert histories.mode("reader")(asked) == mode


@pytest.mark.workflow
def test_a_chat_rollout_is_made_for_histories_and_one_job_reads_those_of_every_teacher(fresh):
    checkout = fresh()
    lens = checkout.folder / "results/smoke_gap/lenses/smoke_llama_base/lens.safetensors"
    lens.parent.mkdir(parents=True)
    lens.touch()
    planned = checkout.planned("results/smoke_gap/readings/smoke_llama/base_chat/tuned_chat.parquet")
    asked = {
        "roll_out smoke_llama_base raw smoke",
        *(f"roll_out smoke_llama_tuned {mode} smoke" for mode in ("raw", "chat")),
        *(f"write_histories smoke_llama {teacher}" for teacher in TEACHERS),
        "read_histories smoke_llama base_chat",
    }
    of_histories = {job for job in planned if job.split()[0] in ("roll_out", "write_histories", "read_histories")}
    assert of_histories == asked
    assert not any("chat" in job for job in checkout.planned()), "the study itself has no histories"
