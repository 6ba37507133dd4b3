"""Readings of rollouts: each checkpoint's choices along both paths, against decoding and against single forwards."""

import pandas as pd
import pytest
import torch
from transformers import AutoModelForCausalLM

from crosspatch.errors import TableError
from crosspatch.experiments.selection.path_readings import read_paths
from crosspatch.experiments.selection.paths import ReadPath, paths_of, read_again, readable
from crosspatch.experiments.selection.read_paths import main
from crosspatch.files.checkpoint_manifests import MANIFEST
from crosspatch.files.tables import read_table, write_table
from crosspatch.models.halves import every_block
from crosspatch.models.loading import load_model
from crosspatch.models.readout import readout_of
from crosspatch.models.vocabulary import load_vocabulary

SIDES = ("base", "tuned")


def test_each_checkpoint_reads_its_own_rollout_as_it_decoded_it(pair, read):
    readings = read(pair).set_index(["path", "reader", "prompt_id"]).sort_index()
    for side in SIDES:
        for row in pair.rollouts[side].itertuples():
            read_row = readings.loc[(side, side, row.prompt_id)]
            assert read_row["tops"].tolist()[:-1] == row.tokens.tolist()
            torch.testing.assert_close(torch.tensor(read_row["gaps"][:-1]), torch.tensor(row.gaps), atol=1e-4, rtol=0)


def test_the_first_divergence_is_where_the_readings_of_either_path_first_differ(pair, walk):
    paths, _ = walk(pair)
    for event in pair.usable.itertuples():
        for path in paths[event.prompt_id].values():
            differs = [base != tuned for base, tuned in zip(*path.choices.values(), strict=True)]
            assert differs.index(True) == event.step
            assert path.chosen(int(event.step)) == (event.base_token, event.tuned_token)
            assert path.context(int(event.step)) == event.context.tolist()


def test_a_reading_picks_the_lowest_of_tied_tokens_as_decoding_does(convert_pair, read):
    pair = convert_pair("llama", dtype="float32", twins=True)
    for row in read(pair).itertuples():
        assert not (row.tops % 2).any()
        assert not row.gaps.any()
        rollout = pair.rollouts[row.path].set_index("prompt_id").loc[row.prompt_id]
        assert row.path != row.reader or row.tops.tolist()[:-1] == rollout["tokens"].tolist()


@torch.no_grad()
def test_readings_are_those_of_one_forward_pass_per_prefix(pair, read):
    readings = read(pair).set_index(["path", "reader", "prompt_id"]).sort_index()
    models = {side: AutoModelForCausalLM.from_pretrained(pair.folders[side]).eval() for side in SIDES}
    for path, rollouts in pair.rollouts.items():
        for row in rollouts.iloc[[0, 8]].itertuples():
            for reader, model in models.items():
                found = readings.loc[(path, reader, row.prompt_id)]
                assert len(found["tops"]) == len(row.tokens) + 1
                for prefix in range(len(row.tokens) + 1):
                    context = torch.tensor([[*row.prompt_tokens, *row.tokens[:prefix]]])
                    top = model(input_ids=context, use_cache=False).logits[0, -1].topk(2)
                    assert found["tops"][prefix] == top.indices[0]
                    assert found["gaps"][prefix] == pytest.approx((top.values[0] - top.values[1]).item(), abs=1e-4)


def test_padded_batches_read_the_same(llama, read):
    exact, padded = read(llama), read(llama, batches={"plan": "padded", "tokens": 128})
    pd.testing.assert_frame_equal(exact.drop(columns="gaps"), padded.drop(columns="gaps"))


def rollouts(*tokens, failure=None):
    rows = [
        {"prompt_id": f"p{place}", "prompt_tokens": [3, 3], "tokens": list(row)} for place, row in enumerate(tokens)
    ]
    return pd.DataFrame(rows).assign(failure=failure)


def test_a_reading_has_one_position_more_than_the_rollout_and_none_without_one(llama, read):
    paths = {side: table.copy() for side, table in llama.rollouts.items()}
    failed = paths["base"]["prompt_id"] == "p02"
    paths["base"]["failure"] = paths["base"]["failure"].astype(object).mask(failed, "too long")
    paths["base"]["tokens"] = [[] if lost else row for lost, row in zip(failed, paths["base"]["tokens"], strict=True)]
    found = read(llama, paths).query("path == 'base'").set_index(["reader", "prompt_id"])
    assert [len(found.loc[(reader, "p02"), "tops"]) for reader in SIDES] == [0, 0]
    assert [len(found.loc[(reader, "p03"), "gaps"]) for reader in SIDES] == [len(paths["base"]["tokens"][3]) + 1] * 2
    assert "p02" not in paths_of(paths, read(llama, paths), longest=4)


def test_a_token_that_is_not_real_is_never_chosen(llama, placement, tokenizer):
    model = load_model(llama.folders["base"], placement)
    readout = readout_of(model, tokenizer)
    given = {"reader": "base", "batches": {"plan": "exact", "tokens": 64}, "device": "cpu"}
    paths = {"base": llama.rollouts["base"].head(1)}
    (before,) = read_paths(every_block(model), readout, paths, **given)["tops"]
    readout.real[before[0]] = False
    (row,) = read_paths(every_block(model), readout, paths, **given).itertuples()
    assert (row.prompt_id, row.path, row.reader) == ("p00", "base", "base")
    assert before[0] not in row.tops
    assert len(row.tops) == len(before)


def readings_of(**choices):
    """Readings by hand: {path_reader: choices along the path of prompt p0}."""
    rows = [
        dict(zip(("path", "reader"), name.split("_"), strict=True)) | {"tops": tops} for name, tops in choices.items()
    ]
    return pd.DataFrame(rows).assign(prompt_id="p0")


def test_a_path_is_cut_with_its_choices():
    readings = readings_of(base_base=[4, 5, 6], base_tuned=[4, 9, 6], tuned_base=[4, 7], tuned_tuned=[4, 8])
    (both,) = paths_of({"base": rollouts([4, 5]), "tuned": rollouts([4])}, readings, longest=1).values()
    assert both["base"] == ReadPath([3, 3], [4], {"base": [4, 5], "tuned": [4, 9]})
    assert both["tuned"] == ReadPath([3, 3], [4], {"base": [4, 7], "tuned": [4, 8]})
    assert both["base"].context(0) == [3, 3]
    assert both["base"].context(1) == [3, 3, 4]
    assert both["base"].chosen(1) == (5, 9)


def test_a_path_that_was_not_read_to_its_end_is_refused():
    readings = readings_of(base_base=[4, 5, 6], base_tuned=[4, 9], tuned_base=[4, 7], tuned_tuned=[4, 8])
    said = (
        "prompt 'p0': the tuned checkpoint read 2 positions of the base rollout of 2 tokens; delete the path readings"
    )
    with pytest.raises(TableError, match=said):
        paths_of({"base": rollouts([4, 5]), "tuned": rollouts([4])}, readings, longest=9)


def test_the_share_of_a_path_that_is_read_again():
    path = ReadPath([3], [4, 5, 6, 7], {"base": [4, 0, 6, 7, 1], "tuned": [4, 5, 6, 7, 1]})
    assert read_again({"p0": {"base": path}}, side="base").to_dict() == {"p0": 0.75}
    assert read_again({"p0": {"tuned": path}}, side="tuned").to_dict() == {"p0": 1.0}


@pytest.fixture
def extended(make_model, save_model, pair, tmp_path):
    """A pair whose tuned checkpoint knows eight tokens more, of which its rollouts say one: inputs of `read_paths`."""
    size = make_model("llama").config.vocab_size
    folders = [save_model(make_model("llama", vocabulary=size + more), f"more_{more}") for more in (0, 8)]
    rollouts = {side: table.copy() for side, table in pair.rollouts.items()}
    rollouts["tuned"]["tokens"] = [[3, size + 5, 4]] + [[5, 6, 7]] * (len(rollouts["tuned"]) - 1)
    rollouts["tuned"]["gaps"] = [[1.0] * 3] * len(rollouts["tuned"])
    for side, table in rollouts.items():
        write_table(table, tmp_path / f"{side}.parquet", "rollouts")
    return folders, rollouts, tmp_path


@pytest.mark.parametrize("architecture", ["llama"], indirect=True)
def test_a_rollout_is_read_up_to_the_first_token_that_the_other_checkpoint_lacks(extended, architecture):
    folders, rollouts, tables = extended
    base, tuned = (folder / MANIFEST for folder in folders)
    files = {f"{side}_rollouts": tables / f"{side}.parquet" for side in SIDES} | {"readings": tables / "read.parquet"}
    engine = {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa"}
    main(
        base=base,
        tuned=tuned,
        **files,
        placement=engine,
        batches={"plan": "padded", "tokens": 128},
        provenance={"rule": "read_paths"},
    )
    sides = tuple(load_vocabulary(folder, []) for folder in folders)
    paths = paths_of(readable(rollouts, sides), read_table(files["readings"], "path_readings"), longest=64)
    assert [len(path["tuned"].tokens) for path in paths.values()][:2] == [1, 3]


def test_a_path_without_a_readable_token_is_not_read_again():
    paths = {"p": {"tuned": ReadPath([1], [], {"base": [2], "tuned": [2]})}}
    assert read_again(paths, side="tuned").empty
