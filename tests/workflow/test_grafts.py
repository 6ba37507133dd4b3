"""Which checkpoints a job of grafts reads, by hand, and what can be wrong with donors and windows."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.iocontainers import Wildcards

from changed_configs import changed
from crosspatch.errors import ConfigError
from crosspatch.workflow.config import check_config, checkpoints_of
from crosspatch.workflow.grafts import Grafts, donors_of
from crosspatch.workflow.requests import Requests

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
STUDY = "convergence_gap_grafts"
GRAFTS = Grafts(CONFIG)


def where(host, teacher="tuned_chat", pair="llama31_8b"):
    return SimpleNamespace(study=STUDY, pair=pair, host=host, teacher=teacher)


@pytest.mark.parametrize(
    ("host", "own", "other", "modes"),
    [
        ("base_raw", "llama31_8b_base", "llama31_8b_instruct", ["raw", "chat"]),
        ("tuned_chat", "llama31_8b_instruct", "llama31_8b_base", ["chat", "raw"]),
    ],
)
def test_a_host_and_the_other_checkpoint_have_their_own_lenses_and_modes(host, own, other, modes):
    asked = where(host)
    for whose, name in (("host", own), ("other", other)):
        assert GRAFTS.manifest(whose)(asked) == f"results/{STUDY}/checkpoints/{name}/checkpoint.json"
        assert GRAFTS.lens(whose)(asked) == f"results/{STUDY}/lenses/{name}/lens.safetensors"
    assert GRAFTS.modes(asked) == modes


def test_controls_are_read_with_the_tuned_checkpoints_history_only():
    tulu = [f"results/{STUDY}/checkpoints/llama31_{name}/checkpoint.json" for name in ("tulu3_final", "openmath2")]
    assert GRAFTS.donors(where("base_raw")) == tulu
    assert GRAFTS.donors(where("base_raw", "base_raw")) == []
    assert GRAFTS.donors(where("base_raw", pair="qwen3_4b")) == []
    assert GRAFTS.seeds(where("tuned_chat")) == [0, 1, 2]
    assert GRAFTS.seeds(where("tuned_chat", "base_raw")) == []
    assert GRAFTS.united(where("base_raw")) == [["early", "middle"], ["middle", "late"]]
    assert GRAFTS.read("_writes.parquet")[1] == "results/{study}/grafts/{pair}/base_raw/base_raw_writes.parquet"


def test_donors_are_checkpoints_of_the_study():
    assert donors_of(CONFIG, STUDY) == ["llama31_tulu3_final", "llama31_openmath2", "olmo2_7b_sft"]
    assert donors_of(CONFIG, "paper") == []
    few = changed(CONFIG, "studies", STUDY, "pairs", to=["olmo2_7b", "qwen3_4b"])
    check_config(few)
    assert donors_of(few, STUDY) == ["olmo2_7b_sft"], "what an overlay leaves of a pair that it takes out"
    assert {*donors_of(CONFIG, STUDY)} <= checkpoints_of(CONFIG, STUDY).keys()


def test_a_job_asks_for_both_checkpoints_and_for_the_time_of_all_arms():
    wildcards, requests = Wildcards(fromdict={"study": STUDY, "pair": "llama31_8b"}), Requests(CONFIG)
    assert [requests.memory_of_both(wildcards, attempt) for attempt in (1, 2)] == [44000, 88000]
    assert requests.grafted_minutes(wildcards, 1) == 4 * requests.minutes(wildcards, 1) == 312


@pytest.mark.parametrize(
    ("keys", "to", "message"),
    [
        (("donors", "llama31_8b"), ["llama4"], "donors/llama31_8b names 'llama4', which is not in checkpoints"),
        (("donors", "llama4"), ["llama31_openmath2"], "grafts/donors names 'llama4', which is not in pairs"),
        (
            ("donors", "olmo2_7b"),
            ["olmo2_7b_base"],
            "donors/olmo2_7b names 'olmo2_7b_base', which is a side of the pair",
        ),
        (("seeds",), [], "seeds"),
        (
            ("united",),
            [["early", "last"]],
            "controls/grafts needs, lacks 'last'; give its first block and the block after",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(keys, to, message):
    with pytest.raises(ConfigError, match=message):
        check_config(changed(CONFIG, "studies", STUDY, "controls", "grafts", *keys, to=to))
