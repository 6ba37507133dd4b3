"""Rollouts under grafts on checkpoints on disk: the identity, the library's generation with plain hooks, batches."""

from functools import partial

import numpy as np
import pytest
import torch

from crosspatch.experiments.free_running import measure_free_running, roll_out_grafts
from crosspatch.files.checkpoint_manifests import MANIFEST
from crosspatch.files.tables import read_provenance, read_table, write_table
from crosspatch.jobs.rollouts import roll_out_prompts
from crosspatch.models.loading import load_model
from crosspatch.models.tokens import load_tokenizer, prompt_token_ids
from crosspatch.models.vocabulary import load_vocabulary
from crosspatch.statistics.seeds import seed_of

EXACT, PADDED = {"plan": "exact", "tokens": 256}, {"plan": "padded", "tokens": 256}
PLACE = {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa"}
NAMED = {"early": [0, 2], "middle": [1, 4], "late": [3, 5]}
TOKENS = 7
ARMS = ["no graft", "early", "middle", "late", "early + late", "late, random per history, seed 0",
        "late, random per history, seed 4", "late, MLPs of NAME"]  # fmt: skip


@pytest.fixture(scope="module", params=["llama", "olmo2"])
def two(request, make_pair):
    return make_pair(request.param)


@pytest.fixture(scope="module")
def written(two, prompts, tmp_path_factory):
    """Return a function that rolls one side out, with its own checkpoint as a further donor, and reads the table."""
    folder = tmp_path_factory.mktemp("free")
    write_table(prompts, folder / "prompts.parquet", "prompts")

    def run(host, other, mode, batches=EXACT):
        path = folder / f"{host}_{mode}_{batches['plan']}.parquet"
        given = {side: two.folders[side] / MANIFEST for side in (host, other)}
        roll_out_grafts.main(
            verified=folder / "verified.json",
            host=given[host],
            other=given[other],
            prompts=folder / "prompts.parquet",
            donors=[given[host]],
            rollouts=path,
            mode=mode,
            named=NAMED,
            united=[["early", "late"]],
            seeds=[0, 4],
            tokens=TOKENS,
            placement=PLACE,
            batches=batches,
            provenance={"rule": "tested"},
        )
        return path

    return run


def by_prompt(table, arm):
    own = table[table["arm"] == arm].set_index("prompt_id")
    return {name: row["tokens"].tolist() for name, row in own.iterrows()}


@pytest.mark.parametrize(("host", "other", "mode"), [("base", "tuned", "raw"), ("tuned", "base", "chat")])
def test_without_a_graft_and_with_its_own_mlps_a_host_writes_its_rollouts(
    two, written, prompts, placement, host, other, mode
):
    path = written(host, other, mode)
    table = read_table(path, "grafted_rollouts")
    words = load_vocabulary(two.folders[host], [])
    model = load_model(two.folders[host], placement)
    options = {"stops": words.stops, "max_new_tokens": TOKENS, "batches": EXACT, "mode": mode}
    expected = roll_out_prompts(model, words.tokenizer, prompts, **options)
    own = next(arm for arm in table["arm"].unique() if "MLPs of" in arm)
    assert list(table["arm"].unique()) == [arm.replace("late, MLPs of NAME", own) for arm in ARMS]
    for arm in ("no graft", own):
        rows = table[table["arm"] == arm]
        assert [list(one) for one in rows["tokens"]] == expected["tokens"].tolist()
        assert [list(one) for one in rows["gaps"]] == expected["gaps"].tolist(), "not a bit differs"
        assert rows["stop_reason"].tolist() == expected["stop_reason"].tolist()
    assert read_provenance(path)["engines"]["tested"][0]["batches"] == EXACT
    decoded = [words.tokenizer.decode(list(one), skip_special_tokens=True) for one in table["tokens"]]
    assert table["text"].tolist() == decoded


def as_donor(_name, _seed, _block, _given, _mine, theirs):
    return theirs


def as_random(name, seed, block, given, mine, theirs):
    """The host's output and, of the difference, what is along the input, and the rest in a random direction."""
    x, difference = given[0].double().numpy(), (theirs - mine)[0].double().numpy()
    generator = torch.Generator().manual_seed(seed_of(name, block, seed))
    noise = torch.randn((1, x.shape[-1]), generator=generator).double().numpy()[0]
    out = np.empty_like(x)
    for place, (state, change) in enumerate(zip(x, difference, strict=True)):
        along = state / np.linalg.norm(state)
        kept = (change @ along) * along
        aside = noise - (noise @ along) * along
        out[place] = kept + np.linalg.norm(change - kept) * aside / np.linalg.norm(aside)
    return mine + torch.from_numpy(out)[None].to(mine.dtype)


@torch.no_grad()
def generated(host, donor, tokens, stops, blocks, outcome):
    """What the library generates from one prompt with hooks on the host's MLPs."""

    def hook(block):
        mlp = donor.model.layers[block].mlp
        return lambda _, given, mine: outcome(block, given[0], mine, mlp(given[0]))

    handles = [host.model.layers[block].mlp.register_forward_hook(hook(block)) for block in blocks]
    options = {"do_sample": False, "max_new_tokens": TOKENS, "eos_token_id": sorted(stops), "pad_token_id": 0}
    whole = host.generate(input_ids=torch.tensor([tokens]), attention_mask=torch.ones(1, len(tokens)), **options)
    for handle in handles:
        handle.remove()
    return whole[0, len(tokens) :].tolist()


@pytest.mark.parametrize(
    ("arm", "blocks", "outcome"),
    [
        ("early", (0, 1), as_donor),
        ("late", (3, 4), as_donor),
        ("early + late", (0, 1, 3, 4), as_donor),
        ("late, random per history, seed 4", (3, 4), as_random),
    ],
)
def test_the_library_generates_the_same_with_plain_hooks(two, written, prompts, placement, arm, blocks, outcome):
    table = read_table(written("base", "tuned", "raw"), "grafted_rollouts")
    host, donor = (load_model(two.folders[side], placement) for side in ("base", "tuned"))
    words = load_vocabulary(two.folders["base"], [])
    encoded = prompt_token_ids(load_tokenizer(two.folders["base"]), prompts["text"].tolist(), mode="raw")
    expected = {}
    for name, tokens in zip(prompts["prompt_id"], encoded, strict=True):
        expected[name] = generated(host, donor, tokens, words.stops, blocks, partial(outcome, name, 4))
    found = by_prompt(table, arm)
    assert found == expected
    assert found != by_prompt(table, "no graft"), "the arm changes what is written"


def test_arms_do_not_depend_on_the_batch(written):
    exact, padded = (
        read_table(written("base", "tuned", "raw", batches), "grafted_rollouts") for batches in (EXACT, PADDED)
    )
    for arm in exact["arm"].unique():
        assert by_prompt(padded, arm) == by_prompt(exact, arm), arm


def test_the_script_measures_both_hosts(written, prompts, tmp_path, two):
    host, other = written("base", "tuned", "raw"), written("tuned", "base", "chat")
    write_table(prompts, tmp_path / "prompts.parquet", "prompts")
    expected = prompts[["prompt_id"]].assign(validator="words", expected="the", reason=None)
    write_table(expected.astype(object), tmp_path / "expectations.parquet", "expectations")
    measure_free_running.main(
        host=host,
        other=other,
        prompts=tmp_path / "prompts.parquet",
        expectations=tmp_path / "expectations.parquet",
        values=tmp_path / "values.parquet",
        pair=two.name,
        provenance={},
    )
    values = read_table(tmp_path / "values.parquet", "control_values")
    known = values.set_index(["arm", "quantity", "prompt_id"])["value"].sort_index()
    own, others = (read_table(path, "grafted_rollouts").query("arm == 'no graft'") for path in (host, other))
    name = prompts["prompt_id"].iloc[0]
    mine, theirs = (table.set_index("prompt_id").loc[name, "stop_reason"] == "stop_token" for table in (own, others))
    assert known["late", "way_stopped", name] == theirs - mine
    assert not known.loc[[next(arm for arm in values["arm"] if "MLPs of" in arm)]].loc[:, ["stopped", "length"]].any()
    assert set(values["pair"]) == {two.name}
