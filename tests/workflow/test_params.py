"""Params that are looked up when a job is planned: leaves of the config, and functions that are called late."""

import re
from pathlib import Path

import pytest
import yaml
from snakemake.iocontainers import Wildcards

from crosspatch.errors import ConfigError
from crosspatch.workflow.params import Settings, later

CONFIG = {"studies": {"one": {"seed": 0, "claims": None}, "two": {"seed": 2}}, "datasets": {"a": 1}}
ONE = Wildcards(fromdict={"study": "one"})


def test_a_leaf_is_that_of_the_wildcards():
    seed = Settings(CONFIG)("studies/{study}/seed")
    assert [seed(Wildcards(fromdict={"study": study})) for study in ("one", "two")] == [0, 2]
    assert Settings(CONFIG)("datasets")(ONE) is CONFIG["datasets"]


def test_a_default_is_for_what_is_missing_at_any_depth_and_not_for_what_is_empty():
    setting = Settings(CONFIG)
    assert setting("studies/{study}/engine/kernels", default="native")(ONE) == "native"
    assert setting("studies/{study}/learned", default=None)(ONE) is None
    assert setting("studies/{study}/claims", default={})(ONE) is None


def test_a_missing_leaf_without_a_default_is_named():
    with pytest.raises(ConfigError, match=r"config: no 'engine' in studies/\{study\}/engine/batches, which"):
        Settings(CONFIG)("studies/{study}/engine/batches")(ONE)


def test_a_later_function_is_called_when_the_param_is_asked_for():
    called = []
    param = later(lambda *words: called.append(words) or len(words))("a", "b")
    assert not called
    assert (param(ONE), called) == (2, [("a", "b")])


def test_every_place_that_a_rule_names_is_in_the_schema():
    schema = yaml.safe_load(Path("schemas/config.schema.yaml").read_text(encoding="utf-8"))
    text = "".join(path.read_text(encoding="utf-8") for path in Path("rules").glob("*.smk"))
    places = set(re.findall(r'(?<![.\w])setting\(\s*"(\w+)', text))
    assert {"studies", "pairs", "checkpoints", "prompt_sets"} <= places <= set(schema["properties"])
