"""What jobs of free running read, by hand, and what can be wrong with their settings."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.iocontainers import Wildcards

from changed_configs import changed
from crosspatch.errors import ConfigError
from crosspatch.workflow.config import check_config
from crosspatch.workflow.free_running import FreeRunning
from crosspatch.workflow.grafts import donors_of
from crosspatch.workflow.params import Settings
from crosspatch.workflow.requests import Requests

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
STUDY = "convergence_gap_grafts"
FREE = FreeRunning(CONFIG)


def where(**wildcards):
    return SimpleNamespace(study=STUDY, pair="llama31_8b", **wildcards)


@pytest.mark.parametrize(
    ("reader", "own", "other"), [("base_raw", "base", "instruct"), ("tuned_chat", "instruct", "base"),
                                 ("tuned_raw", "instruct", "base")]
)  # fmt: skip
def test_a_host_takes_the_mlps_of_the_other_side(reader, own, other):
    for whose, side in (("host", own), ("other", other)):
        path = FREE.manifest(whose)(where(reader=reader))
        assert path == f"results/{STUDY}/checkpoints/llama31_8b_{side}/checkpoint.json"


@pytest.mark.parametrize(
    ("control", "own", "other"),
    [("free_grafts", "base_raw", "tuned_chat"), ("free_swaps", "tuned_chat", "base_raw"),
     ("free_raw_swaps", "tuned_raw", "base_raw")],
)  # fmt: skip
def test_a_control_compares_with_what_the_other_writes_in_its_own_mode(control, own, other):
    folder = f"results/{STUDY}/free_running/llama31_8b"
    asked = where(control=control)
    assert [FREE.rollouts(whose)(asked) for whose in ("host", "other")] == [
        *(f"{folder}/{reader}.parquet" for reader in (own, other))
    ]


def test_settings_are_those_of_free_grafts():
    tulu = [f"results/{STUDY}/checkpoints/llama31_{name}/checkpoint.json" for name in ("tulu3_final", "openmath2")]
    assert FREE.donors(where(reader="tuned_raw")) == tulu
    assert FREE.donors(SimpleNamespace(study=STUDY, pair="qwen3_4b")) == []
    asked, keys = Wildcards(fromdict={"study": STUDY}), ("tokens", "united", "seeds")
    places = [Settings(CONFIG)(f"studies/{{study}}/controls/free_grafts/{key}") for key in keys]
    assert [place(asked) for place in places] == [512, [["early", "middle", "late"]], [0]]


def test_further_donors_are_checkpoints_of_the_study_whichever_control_names_them():
    alone = changed(CONFIG, "studies", STUDY, "controls", "grafts", "donors", to={})
    assert donors_of(alone, STUDY) == donors_of(CONFIG, STUDY)


def test_a_job_asks_for_the_time_of_all_its_texts():
    wildcards = Wildcards(fromdict={"study": STUDY, "pair": "llama31_8b"})
    assert Requests(CONFIG).free_minutes(wildcards, 1) == 8 * Requests(CONFIG).minutes(wildcards, 1) == 624


@pytest.mark.parametrize(
    ("keys", "to", "message"),
    [
        (("donors",), {"llama31_8b": ["llama4"]}, "free_grafts/donors/llama31_8b names 'llama4', which is not in"),
        (("united",), [["early", "last"]], "controls/free_grafts needs, lacks 'last'; give its first block"),
        (("seeds",), [], "seeds"),
        (("tokens",), 0, "tokens"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(keys, to, message):
    with pytest.raises(ConfigError, match=message):
        check_config(changed(CONFIG, "studies", STUDY, "controls", "free_grafts", *keys, to=to))


def test_swaps_need_the_settings_of_grafts():
    controls = {"free_swaps": {}}
    with pytest.raises(ConfigError, match="has 'free_swaps' without 'free_grafts', which it needs; add a row for it"):
        check_config(changed(CONFIG, "studies", STUDY, "controls", to=controls))
