"""A lens as a file and what its rules write: the same bytes twice, another checkpoint's refused, blocks flagged."""

import pandas as pd
import pytest
import torch

from crosspatch.errors import CheckpointError, TableError
from crosspatch.experiments.lenses.collect_lenses import main as collect
from crosspatch.experiments.lenses.compare_lenses import main as compare
from crosspatch.experiments.lenses.examine_lens import main as examine
from crosspatch.experiments.lenses.quality import quality_table
from crosspatch.experiments.lenses.repeat_lens import main as repeat
from crosspatch.experiments.lenses.texts import in_batches
from crosspatch.experiments.lenses.train_lens import main as train
from crosspatch.files.states import write_states
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.lens import read_lens
from crosspatch.models.lens import Lens, raw_lens, tensors_of

SETTINGS = {"most_tokens": 20, "tokens": 60, "steps": 3, "rate": 0.1, "evaluate_every": 2, "held_out": 40, "seed": 0}
PLACED = {
    "placement": {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa"},
    "batches": {"plan": "exact", "tokens": 64},
}
PROVENANCE = {"rule": "train_lens"}
FAMILIES = {"llama": "raw", "gemma3": "chat"}


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Return a folder with texts and rollouts."""
    folder = tmp_path_factory.mktemp("given")
    texts = [f"Question: What is {one} plus {other}?" for one in range(5) for other in range(6)]
    documents = pd.DataFrame({"document": range(30), "kind": "sums", "text": texts})
    write_table(documents, folder / "documents.parquet", "documents")
    known = {"gaps": [[0.5, 0.5]], "stop_reason": ["length"], "failure": [None]}
    rollouts = pd.DataFrame({"prompt_id": ["p"], "prompt_tokens": [[5, 6, 7]], "tokens": [[8, 9]], **known})
    write_table(rollouts, folder / "rollouts.parquet", "rollouts")
    return folder


@pytest.fixture
def run(given, pair_folders, tmp_path):
    """Return a function that trains and examines the lens of an architecture and returns the folder of its files."""

    def one(architecture, name="lens"):
        folder, manifest = tmp_path / name, pair_folders(architecture) / "checkpoint.json"
        folder.mkdir()
        train(
            checkpoint=manifest,
            texts=given / "documents.parquet",
            lens=folder / "lens.safetensors",
            losses=folder / "losses.parquet",
            quality=folder / "quality.parquet",
            mode=FAMILIES[architecture],
            settings=SETTINGS,
            provenance=PROVENANCE,
            **PLACED,
        )
        examine(
            checkpoint=manifest,
            lens=folder / "lens.safetensors",
            quality=folder / "quality.parquet",
            rollouts=given / "rollouts.parquet",
            continuations=folder / "continuations.parquet",
            provenance=PROVENANCE,
            **PLACED,
        )
        return folder

    return one


@pytest.fixture
def pair_folders(make_model, save_model):
    """Return a function that saves a checkpoint: families differ in depth of nothing but class and dtype."""

    def save(architecture):
        dtype = {"llama": torch.float32, "gemma3": torch.bfloat16}[architecture]
        return save_model(make_model(architecture).to(dtype), architecture)

    return save


@pytest.mark.parametrize("architecture", FAMILIES)
def test_two_runs_write_the_same_bytes(run, architecture):
    one, other = run(architecture, "one"), run(architecture, "other")
    files = sorted(path.name for path in one.iterdir())
    assert files == ["continuations.parquet", "lens.safetensors", "losses.parquet", "quality.parquet"]
    assert all((one / name).read_bytes() == (other / name).read_bytes() for name in files)


def test_the_losses_begin_with_those_of_the_raw_lens(run):
    folder = run("llama")
    losses = read_table(folder / "losses.parquet", "lens_losses")
    held_out = losses[losses["quantity"] == "held_out"]
    assert sorted(held_out["step"].unique()) == [0, 1, 2, 3]
    assert sorted(losses.loc[losses["quantity"] == "training", "step"].unique()) == [1, 2, 3]
    assert held_out.loc[(held_out["step"] == 0) & (held_out["block"] == 4), "loss"].item() == 0


def test_blocks_that_are_no_better_than_raw_are_flagged_in_both_tables(run):
    folder = run("gemma3")
    quality, continuations = (
        read_table(folder / f"{name}.parquet", "lens_quality") for name in ("quality", "continuations")
    )
    wide = quality.pivot_table(index="block", columns="lens", values="kl_from_final")
    flags = quality.drop_duplicates("block").set_index("block")["beats_raw"]
    assert flags.tolist() == (wide["tuned"] < wide["raw"]).tolist()
    assert not flags[4]  # the last block cannot be better
    assert continuations.drop_duplicates("block")["beats_raw"].tolist() == flags.tolist()
    assert set(continuations["n_tokens"]) == {2}


def test_a_lens_of_zeros_is_the_raw_one_exactly_and_a_bad_one_is_not(freeze, make_rows):
    checkpoint, rows = freeze(), in_batches(make_rows(6, 140), 64)
    table = quality_table(checkpoint, raw_lens(5, 32), rows)
    one, other = (table[table["lens"] == lens].drop(columns="lens").reset_index(drop=True) for lens in ("raw", "tuned"))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    last = one.iloc[-1]
    assert (last["agreement"], last["kl_to_final"], last["kl_from_final"]) == (1.0, 0.0, 0.0)
    worse = quality_table(checkpoint, Lens(torch.zeros(5, 32, 32), torch.full((5, 32), 9.0)), rows)
    assert (worse.loc[worse["lens"] == "tuned", "kl_from_final"].to_numpy() > one["kl_from_final"].to_numpy()).all()


def test_a_lens_of_another_depth_or_width_is_refused(tmp_path):
    path = tmp_path / "lens.safetensors"
    write_states(tensors_of(raw_lens(4, 32)), path)
    assert read_lens(path, checkpoint="own", blocks=4, width=32).bias.shape == (4, 32)
    for blocks, width in ((6, 32), (4, 64)):
        with pytest.raises(
            CheckpointError,
            match=rf"a lens of 4 blocks of width 32, but checkpoint 'other' has {blocks} of width {width}; give it the",
        ):
            read_lens(path, checkpoint="other", blocks=blocks, width=width)


def test_a_file_without_a_lens_is_refused(tmp_path):
    write_states({"p1": torch.zeros(2, 3)}, tmp_path / "states.safetensors")
    with pytest.raises(TableError, match=r"states.safetensors: no lens, but the tensors \['p1'\]; delete it and run"):
        read_lens(tmp_path / "states.safetensors", checkpoint="any", blocks=1, width=3)
    (tmp_path / "half.safetensors").write_bytes(b"half")
    with pytest.raises(TableError, match="not a whole safetensors file"):
        read_lens(tmp_path / "half.safetensors", checkpoint="any", blocks=1, width=3)


def test_further_seeds_are_compared_with_the_lens_of_the_study(run, given, pair_folders, tmp_path):
    folder = run("llama")
    repeats = tmp_path / "repeats.parquet"
    repeat(
        checkpoint=pair_folders("llama") / "checkpoint.json",
        texts=given / "documents.parquet",
        rollouts=given / "rollouts.parquet",
        repeats=repeats,
        mode="raw",
        settings=SETTINGS,
        seeds=[0, 5],
        provenance={"rule": "repeat_lens"},
        **PLACED,
    )
    collect(
        quality=[folder / "quality.parquet"],
        continuations=[folder / "continuations.parquet"],
        lenses=tmp_path / "lenses.parquet",
        described={"llama": {"family": "Llama", "side": "base", "pairs": ["one", "two"]}},
        provenance={},
    )
    compare(lenses=tmp_path / "lenses.parquet", repeats=[repeats], spread=tmp_path / "spread.parquet", provenance={})
    further = read_table(repeats, "lens_repeats")
    own = read_table(tmp_path / "lenses.parquet", "lenses").query("lens == 'tuned'")
    again = further[further["seed"] == 0].merge(own, on=["text", "block"])
    assert (again["kl_from_final_x"] == again["kl_from_final_y"]).all()
    spread = read_table(tmp_path / "spread.parquet", "lens_seeds").set_index(["text", "block"]).sort_index()
    values = pd.concat([own, further]).groupby(["text", "block"])["kl_from_final"]
    assert (spread["n_seeds"] == 3).all()
    pd.testing.assert_series_equal(spread["largest"], values.max(), check_names=False)
    pd.testing.assert_series_equal(spread["mean"], values.mean(), check_names=False)
    assert (spread["largest"] > spread["least"]).any()
