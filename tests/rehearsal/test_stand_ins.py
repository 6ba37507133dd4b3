"""Stand-ins keep what bites of the published checkpoints, and a rehearsal is the study in small."""

import copy
import json

import pandas as pd
import pytest
import yaml
from safetensors import safe_open
from safetensors.torch import load

from crosspatch.jobs.compatibility import check_tokens
from crosspatch.jobs.rollouts import roll_out_prompts
from crosspatch.models.dtypes import published_dtype
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.tokens import real_token_mask
from crosspatch.models.vocabulary import load_vocabulary
from crosspatch.workflow.config import check_config, checkpoints_of, pairs_of
from rehearsal.families import BASES
from rehearsal.overlay import merged, overlay
from rehearsal.stage import repository_config
from rehearsal.stand_ins import STUDIES, all_pairs, published, repositories
from rehearsal.words import prompt_texts

NEW = {
    "new_pair": {"label": "New", "base": "llama31_8b_base", "tuned": "new", "boundary": 19},
    "new": {"source": "hub", "repo": "somebody/Llama-new", "revision": "0" * 40},
}


@pytest.fixture(scope="module")
def config():
    return repository_config()


@pytest.fixture
def with_new_pair(config):
    """config.yaml after somebody added a pair to `paper`."""
    changed = copy.deepcopy(config)
    windows = config["pairs"]["llama31_8b"]["windows"]
    changed["pairs"]["new_pair"] = {**NEW["new_pair"], "windows": windows}
    changed["checkpoints"]["new"] = dict(NEW["new"])
    changed["studies"]["paper"]["pairs"].append("new_pair")
    return changed


@pytest.fixture(scope="module")
def served(config):
    return repositories(config, all_pairs(config))


@pytest.fixture(scope="module")
def folder_of(served, tmp_path_factory):
    """Return a function from a repository to a folder with its files, as they are fetched."""

    def write(repo):
        folder = tmp_path_factory.mktemp("stand_in")
        (files,) = served[repo].values()
        for name, content in files.items():
            if "/" not in name and not name.startswith("consolidated"):
                (folder / name).write_bytes(content)
        return folder

    return write


@pytest.mark.parametrize("study", STUDIES)
def test_every_checkpoint_is_served_at_its_pinned_revision_and_no_other(study, config, served):
    for row in checkpoints_of(config, study).values():
        assert list(served[row["repo"]]) == [row["revision"]]


@pytest.mark.parametrize("study", STUDIES)
def test_a_rehearsal_has_the_pairs_and_controls_of_its_study(study, config):
    small = merged(config, overlay(config, study))
    check_config(small)
    assert pairs_of(small, study) == pairs_of(config, study)
    assert checkpoints_of(small, study) == checkpoints_of(config, study)
    before, after = (which["studies"][study] for which in (config, small))
    assert list(after.get("controls", {})) == list(before.get("controls", {}))
    changed = {name for name, settings in before.get("controls", {}).items() if after["controls"][name] != settings}
    fewer = {"label_swap", "token_identity", "slices"}  # draws, and groups of fewer categories
    shorter = {"free_grafts", "forced_tokens", "closure"}  # texts, and a stack with fewer boundaries and directions
    assert changed <= fewer | shorter
    assert after["engine"]["batches"]["plan"] == "padded"
    assert after["engine"]["placement"]["dtype"] == "bfloat16"


def test_a_new_pair_of_the_study_is_rehearsed_without_an_edit(with_new_pair):
    small = merged(with_new_pair, overlay(with_new_pair, "paper"))
    assert small["studies"]["paper"]["pairs"][-1] == "new_pair"
    assert small["pairs"]["new_pair"]["boundary"] == 4  # of 6 blocks, as 19 of 32
    assert list(repositories(with_new_pair, ["new_pair"])["somebody/Llama-new"]) == ["0" * 40]


def test_a_pair_of_an_unknown_family_is_named(with_new_pair):
    with_new_pair["checkpoints"]["llama31_8b_base"]["repo"] = "somebody/Elsewhere"
    with pytest.raises(KeyError, match=r"pair 'new_pair': .*families.py has no row for 'somebody/Elsewhere'; add one"):
        published(with_new_pair, "new_pair")


def test_no_two_families_are_equally_deep():
    depths = [family.blocks for family in BASES.values()]
    assert len(set(depths)) == len(depths)


@pytest.mark.parametrize("study", STUDIES)
def test_boundary_and_windows_cut_every_stand_in(study, config):
    small = overlay(config, study)["pairs"]
    for pair in pairs_of(config, study):
        blocks = next(iter(published(config, pair).values())).blocks
        row = small[pair]
        assert 0 < row["boundary"] < blocks
        assert row["windows"]["late"] == [row["boundary"], blocks]
        assert all(0 <= first < last <= blocks for first, last in row["windows"].values())


@pytest.mark.parametrize("pair", ["llama31_tulu3_final", "gemma3_4b"])
def test_a_stand_in_is_drawn_alike_each_time(pair, config):
    assert repositories(config, [pair]) == repositories(config, [pair])


def test_weights_are_in_several_files_and_in_the_published_dtype(served, folder_of):
    for repo in served:
        folder = folder_of(repo)
        index = json.loads((folder / "model.safetensors.index.json").read_text())
        assert len(set(index["weight_map"].values())) > 1
        with safe_open(next(folder.glob("*.safetensors")), "pt") as file:
            words = {file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118 - not a mapping
        assert words == {{"float32": "F32", "bfloat16": "BF16"}[published_dtype(folder)]}


def test_one_base_is_published_in_float32_and_tuned_in_bfloat16(folder_of):
    assert published_dtype(folder_of("allenai/OLMo-2-1124-7B")) == "float32"
    assert published_dtype(folder_of("allenai/OLMo-2-1124-7B-Instruct")) == "bfloat16"


def test_weights_of_gemma_have_the_prefixes_of_the_multimodal_class_and_no_unembedding(folder_of):
    index = json.loads((folder_of("google/gemma-3-4b-pt") / "model.safetensors.index.json").read_text())
    assert {name.split(".")[0] for name in index["weight_map"]} == {
        *("language_model", "vision_tower", "multi_modal_projector")
    }
    assert not any("lm_head" in name for name in index["weight_map"])


def test_weights_stand_once_more_in_the_makers_layout(served):
    for repo in ("mistralai/Mistral-7B-v0.3", "allenai/Llama-3.1-Tulu-3-8B"):
        (files,) = served[repo].values()
        assert "layers.0.mlp.up_proj.weight" in load(files["consolidated.safetensors"])


def test_a_descendant_has_another_vocabulary(folder_of):
    base = load_vocabulary(folder_of("meta-llama/Llama-3.1-8B"), [])
    tuned = load_vocabulary(folder_of("allenai/Llama-3.1-Tulu-3-8B"), [])
    assert tuned.size == base.size + 8
    assert len(tuned.tokenizer) == len(base.tokenizer) + 1


def test_every_descendant_of_llama_stops_wherever_a_turn_of_its_base_may_end(config, folder_of):
    rows = checkpoints_of(config, "llama31_descendants")
    stops = {name: load_vocabulary(folder_of(row["repo"]), row.get("stop_tokens", [])) for name, row in rows.items()}
    ends = {name: words.tokenizer.convert_tokens_to_ids("<|eot_id|>") in words.stops for name, words in stops.items()}
    assert set(ends) > {"llama31_8b_base", "llama31_8b_instruct", "llama31_tulu3_dpo", "llama31_hermes3"}
    assert all(ends.values()), ends


@pytest.mark.parametrize("repo", ["Qwen/Qwen2.5-32B", "allenai/OLMo-2-1124-7B", "google/gemma-3-4b-pt"])
def test_a_vocabulary_is_padded_and_its_spare_tokens_are_not_chosen(repo, folder_of):
    words = load_vocabulary(folder_of(repo), [])
    real = real_token_mask(words.tokenizer, words.size)
    assert len(words.tokenizer) < words.size
    assert not real[len(words.tokenizer) :].any()


def test_every_pair_encodes_the_prompts_alike(config, folder_of, prompts):
    for pair in all_pairs(config):
        check_tokens(
            pair, *(load_vocabulary(folder_of(repo), []).tokenizer for repo in published(config, pair)), prompts=prompts
        )


def test_the_overlay_is_plain_yaml(config):
    for study in STUDIES:
        small = overlay(config, study)
        assert yaml.safe_load(yaml.safe_dump(small)) == small


@pytest.fixture(scope="module")
def roll_out(folder_of):
    """Return a function from a repository to its rollouts of some prompts, in bfloat16 and padded batches."""

    def run(repo):
        folder = folder_of(repo)
        words, model = load_vocabulary(folder, []), load_model(folder, Placement("cpu", "bfloat16", "sdpa"))
        texts = pd.DataFrame({"text": prompt_texts()[::60]}).assign(prompt_id=lambda rows: rows.index.map(str))
        settings = {"max_new_tokens": 36, "batches": {"plan": "padded", "tokens": 512}}
        return roll_out_prompts(model, words.tokenizer, texts, stops=words.stops, **settings)

    return run


def test_a_descendant_says_tokens_that_its_base_lacks(roll_out, folder_of):
    size = load_vocabulary(folder_of("meta-llama/Llama-3.1-8B"), []).size
    assert any(token >= size for row in roll_out("allenai/Llama-3.1-Tulu-3-8B")["tokens"] for token in row)


def test_rollouts_end_by_a_stop_token_now_and_then_and_part_early_late_or_never(roll_out):
    base, tuned = (roll_out(f"allenai/OLMo-2-1124-7B{suffix}") for suffix in ("", "-Instruct"))
    assert set(base["stop_reason"]) == {"stop_token", "length"}
    both = zip(base["tokens"], tuned["tokens"], strict=True)
    steps = {next((step for step, (one, other) in enumerate(zip(*rows)) if one != other), None) for rows in both}  # noqa: B905
    assert None in steps
    assert len(steps) > 3
