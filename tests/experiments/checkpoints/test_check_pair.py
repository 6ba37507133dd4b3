"""What would stop a pair in its GPU jobs is refused when the pair is checked, without its weights."""

import json

import pytest
import torch

from crosspatch.errors import CheckpointError, PairError
from crosspatch.experiments.checkpoints.check_pair import main
from crosspatch.files.checkpoint_manifests import MANIFEST, write_manifest
from crosspatch.files.tables import write_table
from crosspatch.models.architectures import ARCHITECTURES


@pytest.fixture
def check(make_model, save_model, prompts, tmp_path):
    """Check a float32 base against a tuned checkpoint of another dtype, depth, config or stop tokens."""

    def run(*, placed="bfloat16", tuned_dtype=torch.bfloat16, stop_tokens=(), chats=False, template=True, **changes):
        folders = [save_model(make_model("qwen3").to(dtype)) for dtype in (torch.float32, tuned_dtype)]
        config = json.loads((folders[1] / "config.json").read_text())
        (folders[1] / "config.json").write_text(json.dumps(config | changes))
        if not template:
            (folders[1] / "chat_template.jinja").unlink()
        manifests = [tmp_path / side / MANIFEST for side in ("base", "tuned")]
        for manifest, folder in zip(manifests, folders, strict=True):
            origin = {"source": "folder", "folder": str(folder), "stop_tokens": list(stop_tokens)}
            write_manifest(manifest, name=manifest.parent.name, origin=origin, folder=folder)
        write_table(prompts, tmp_path / "prompts.parquet", "prompts")
        names = dict(zip(("base", "tuned"), manifests, strict=True))
        files = {**names, "prompts": tmp_path / "prompts.parquet", "learned": [], "checked": tmp_path / "checked.json"}
        main(**files, passed=[], pair="one", dtype=placed, chats=chats, least={}, provenance={})
        return json.loads((tmp_path / "checked.json").read_text())

    return run


def test_two_dtypes_pass_where_one_is_named_and_are_refused_where_none_is(check):
    assert check() == {"pair": "one", "blocks": 5, "d_model": 32}
    with pytest.raises(PairError, match="base is published in float32, tuned in bfloat16"):
        check(placed="checkpoint")
    check(placed="checkpoint", tuned_dtype=torch.float32)


def test_a_tuned_checkpoint_without_a_chat_template_where_the_study_reads_prompts_in_one(check):
    check(chats=True)
    check(template=False)
    with pytest.raises(PairError, match="pair 'one': the study reads prompts in the chat template of the tuned check"):
        check(chats=True, template=False)


def test_a_stop_token_that_a_tokenizer_lacks(check):
    with pytest.raises(
        CheckpointError, match=r"stop tokens \['<\|none\|>'\] are not in the vocabulary of .*; correct stop"
    ):
        check(stop_tokens=["<|none|>"])


def test_blocks_that_the_engine_cannot_run(check):
    with pytest.raises(CheckpointError, match="checkpoint 'tuned': block 4 is of layer type 'linear_attention'"):
        check(layer_types=["full_attention"] * 4 + ["linear_attention"])
    assert "qwen3_next" not in ARCHITECTURES
    with pytest.raises(CheckpointError, match="checkpoint 'tuned': model type 'qwen3_next' has no row"):
        check(model_type="qwen3_next")
