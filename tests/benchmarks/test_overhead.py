"""What is timed by name is there under that name."""

import importlib.util
import re
from pathlib import Path

import pytest
from benchmarks.overhead import STAGES, TRAINING


@pytest.mark.parametrize("stage", STAGES)
def test_stages_whose_start_is_timed_exist(stage):
    assert importlib.util.find_spec(f"crosspatch.experiments.{stage}")


def test_jobs_that_train_are_rules():
    rules = re.findall(r"^rule (\w+):", "".join(path.read_text() for path in Path("rules").glob("*.smk")), re.MULTILINE)
    assert set(TRAINING) <= set(rules)
