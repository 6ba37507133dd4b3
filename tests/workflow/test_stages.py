"""What the jobs wait for that train checkpoints and check them, by hand; the config knows the words of the world."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from crosspatch.experiments.miniatures.draw_losses import STAGES as DRAWN
from crosspatch.files.schemas import load_schema
from crosspatch.models.miniature.texts import DOCUMENT_SHARES
from crosspatch.models.miniature.world import CATEGORIES
from crosspatch.workflow.config import config_schema
from crosspatch.workflow.descent import STAGES
from crosspatch.workflow.training import Training

HOME = "results/miniature/checkpoints"


@pytest.fixture(scope="module")
def training():
    return Training(yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8")))


def of_pair(pair, study="miniature_descendants"):
    return SimpleNamespace(study=study, pair=f"miniature_llama{pair}")


@pytest.mark.parametrize(
    ("pair", "exam", "gated"),
    [
        ("", "tuned", None),
        ("_second", "second_seed", None),
        ("_preferring", "preferring", "preferring"),
        ("_sampled", "sampled", "sampled"),
        ("_arithmetic", None, "arithmetic"),  # an exam would ask it for what it was not taught
        ("_code", None, "code"),
        ("_twin", None, None),
    ],
)
def test_a_pair_waits_for_the_exam_and_the_gates_of_its_descendant(training, pair, exam, gated):
    learned, passed = (
        [] if name is None else [f"{HOME}/miniature_llama_{name}/{file}"]
        for name, file in ((exam, "learned.json"), (gated, "passed.json"))
    )
    assert (training.exam(of_pair(pair)), training.passed(of_pair(pair))) == (learned, passed)


def test_gates_read_the_adapter_of_what_was_merged_only(training):
    def adapter(name):
        return training.adapter(SimpleNamespace(study="miniature", checkpoint=f"miniature_llama_{name}"))

    assert adapter("code") == [f"{HOME}/miniature_llama_code/adapter/adapter_model.safetensors"]
    assert adapter("preferring") == []


def test_a_stage_has_the_settings_of_its_own_key(training):
    def settings(name):
        return training.settings(SimpleNamespace(study="miniature", checkpoint=f"miniature_llama_{name}"))

    assert {name: set(settings(name)) >= {key} for name, key in {"preferring": "beta", "code": "rank"}.items()} == {
        "preferring": True,
        "code": True,
    }
    assert "samples" in settings("sampled")


def test_a_base_that_pairs_share_is_drawn_with_the_first(training):
    trained = training.trained(SimpleNamespace(study="miniature_descendants"))
    assert trained["miniature_llama_base"] == ["miniature_llama", "pretraining"]
    assert trained["miniature_llama_sampled"] == ["miniature_llama_sampled", "rejection sampling"]


def test_every_stage_has_loss_curves_and_a_row_of_their_figure():
    stages = {source.replace("_", " ") for source in STAGES}
    assert set(load_schema("loss_curves")["properties"]["stage"]["enum"]) == stages == set(DRAWN)


def test_the_schema_knows_the_categories_and_the_kinds_of_the_world():
    rows = {row["properties"]["source"].get("const"): row for row in config_schema()["$defs"]["checkpoint"]["oneOf"]}
    known = {
        (source, key): tuple(rows[source]["properties"][key]["items"]["enum"])
        for source, key in (("instruction_tuning", "categories"), ("adapter_pretraining", "kinds"))
    }
    assert known["instruction_tuning", "categories"] == CATEGORIES
    assert known["adapter_pretraining", "kinds"] == tuple(DOCUMENT_SHARES)
