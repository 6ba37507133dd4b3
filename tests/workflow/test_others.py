"""Which other descendant a job of closures reads, by hand, and what can be wrong with the control's settings."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from changed_configs import changed
from crosspatch.errors import ConfigError
from crosspatch.workflow.config import check_config
from crosspatch.workflow.inputs import Inputs

SMOKE = yaml.safe_load(Path("tests/smoke.yaml").read_text(encoding="utf-8"))
STUDY = "smoke_consequences"


def where(pair):
    return SimpleNamespace(study=STUDY, pair=pair)


def test_a_pair_with_another_descendant_waits_for_both_verifications():
    inputs = Inputs(SMOKE)
    assert inputs.other_descendant(where("smoke_llama")) == [
        f"results/{STUDY}/checkpoints/smoke_llama_twin/checkpoint.json"
    ]
    pairs = ("smoke_llama", "smoke_twin")
    verified = [f"results/{STUDY}/pairs/{pair}/verified.json" for pair in pairs]
    assert inputs.verified_with_other(where("smoke_llama")) == verified
    assert inputs.other_descendant(where("smoke_olmo2")) == []
    assert inputs.verified_with_other(where("smoke_olmo2")) == [f"results/{STUDY}/pairs/smoke_olmo2/verified.json"]


CLOSURE = ("studies", STUDY, "controls", "closure")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("others", {"nobody": "smoke_twin"}, r"closure/others.*'nobody'"),
        ("others", {"smoke_llama": "smoke_fast"}, r"closure/others/smoke_llama.*'smoke_fast'"),
        (
            "others",
            {"smoke_llama": "smoke_olmo2"},
            r"others/smoke_llama is 'smoke_olmo2', which has another base; name a",
        ),
        (
            "others",
            {"smoke_llama": "smoke_llama"},
            r"is 'smoke_llama', which has the same tuned checkpoint; name another",
        ),
        ("primary", 5, r"closure/primary is 5, which is not in its directions \[1, 4, 16\]; add it there"),
        ("boundaries", "some", r"boundaries"),
    ],
)
def test_what_can_be_wrong(key, value, message):
    with pytest.raises(ConfigError, match=message):
        check_config(changed(SMOKE, *CLOSURE, key, to=value))


def test_others_of_a_pair_that_the_study_lacks_count_for_nothing():
    check_config(changed(SMOKE, *CLOSURE, "others", to={"smoke_fast": "smoke_olmo2"}))
