"""The jobs of forced tokens on pairs of several architectures: the tuned token leads to the tuned rollout, and more."""

from types import SimpleNamespace

import pytest
import torch

from crosspatch.experiments.forced_tokens import choose_forced, continue_forced, score_forced
from crosspatch.experiments.forced_tokens.choose_forced import NO_LENGTH, NO_ROOM
from crosspatch.files.checkpoint_manifests import MANIFEST
from crosspatch.files.expectations import expectation_rows
from crosspatch.files.tables import read_provenance, read_table, write_table
from crosspatch.measures.characters import kind_of_token
from crosspatch.models.loading import load_model
from crosspatch.models.tokens import load_tokenizer
from crosspatch.records.expectations import Expectation

EXACT = {"plan": "exact", "tokens": 256}
PADDED = {"plan": "padded", "tokens": 512}
LIMIT = 6
SOME = Expectation("words", "a")
NOTE = {"provenance": {"rule": "tested"}}


@pytest.fixture(scope="session")
def forced_run(make_pair, tmp_path_factory):
    """Return a function from an architecture to the tables of all jobs, made once."""
    made = {}

    def run(architecture, batches=EXACT, lengths=None, expected=SOME):
        key = (architecture, batches["plan"], str(lengths), expected)
        if key not in made:
            made[key] = _run(make_pair(architecture), batches, lengths, expected, tmp_path_factory.mktemp("forced"))
        return made[key]

    return run


def _run(pair, batches, lengths, expected, folder):
    paths = {name: folder / f"{name}.parquet" for name in "events expectations forced texts grades values".split()}
    write_table(pair.events, paths["events"], "events")
    expectations = dict.fromkeys(pair.events["prompt_id"], expected)
    write_table(expectation_rows(expectations, "tested"), paths["expectations"], "expectations")
    place = {"placement": {"device": "cpu", "dtype": "checkpoint", "attention": "sdpa"}, "batches": batches}
    tuned = pair.folders["tuned"] / MANIFEST
    tokens = lengths or dict.fromkeys(pair.events["category"], LIMIT)
    told = {name: paths[name] for name in ("events", "expectations", "forced")}
    choose_forced.main(tuned=tuned, **told, tokens=tokens, **place, **NOTE)
    continue_forced.main(tuned=tuned, forced=paths["forced"], texts=paths["texts"], tokens=tokens, **place, **NOTE)
    told = {name: paths[name] for name in ("forced", "texts", "expectations", "grades", "values")}
    score_forced.main(**told, pair=pair.name, **NOTE)
    kinds = {"forced": "forced_tokens", "texts": "forced_texts", "grades": "forced_grades", "values": "control_values"}
    tables = {name: read_table(paths[name], kind) for name, kind in kinds.items()}
    return SimpleNamespace(pair=pair, paths=paths, **tables)


@pytest.fixture(params=["llama", "olmo2", "gemma3"])
def found(request, forced_run):
    return forced_run(request.param)


def test_every_usable_event_has_four_branches_with_a_token_or_a_reason(found):
    assert len(found.forced) == 4 * len(found.pair.usable)
    assert (found.forced["token"].isna() == found.forced["reason"].notna()).all()
    both = found.forced[found.forced["reason"].isna()]
    assert len(both)
    assert len(found.texts) == len(both)
    assert found.texts["tokens"].map(len).max() <= LIMIT
    assert read_provenance(found.paths["texts"])["engines"]["tested"][0]["batches"] == EXACT


def test_after_the_tuned_token_comes_what_the_tuned_checkpoint_wrote(found):
    rollouts = found.pair.rollouts["tuned"].set_index("prompt_id")["tokens"]
    steps = found.pair.usable.set_index("prompt_id")["step"]
    own = found.texts[found.texts["branch"] == "tuned"]
    for row in own.itertuples():
        later = [*map(int, rollouts[row.prompt_id])][int(steps[row.prompt_id]) + 1 :]
        both = min(len(later), len(row.tokens))
        assert [*row.tokens][:both] == later[:both]


def test_a_text_by_a_second_route_token_after_token(found, placement):
    """Without a cache, one text at a time."""
    model = load_model(found.pair.folders["tuned"], placement)
    rows = found.forced[found.forced["reason"].isna()].set_index(["prompt_id", "branch"])
    for text in found.texts.iloc[::7].itertuples():
        row = rows.loc[(text.prompt_id, text.branch)]
        tokens = [*map(int, row["context"]), int(row["token"])]
        for expected in text.tokens:
            with torch.inference_mode():
                logits = model(input_ids=torch.tensor([tokens])).logits[0, -1]
            largest, second = logits.topk(2).values.tolist()
            if largest - second > 1e-3:
                assert logits.argmax().item() == expected
            tokens.append(int(expected))


def test_matched_tokens_by_a_second_route(found, placement):
    model = load_model(found.pair.folders["tuned"], placement)
    tokenizer = load_tokenizer(found.pair.folders["tuned"])
    for name, own in list(found.forced[found.forced["reason"].isna()].groupby("prompt_id"))[::5]:
        rows = own.set_index("branch")
        with torch.inference_mode():
            context = torch.tensor([[*map(int, rows["context"].iloc[0])]])
            scores = torch.log_softmax(model(input_ids=context).logits[0, -1].double(), dim=-1)
        base, tuned = (int(rows.loc[side, "token"]) for side in ("base", "tuned"))
        assert rows.loc["base", "log_probability"] == pytest.approx(scores[base].item(), abs=1e-4), name
        far = abs(rows.loc["rank", "log_probability"] - rows.loc["base", "log_probability"])
        for token in range(len(tokenizer)):
            alone = tokenizer.encode(tokenizer.decode([token]), add_special_tokens=False) == [token]
            if token not in (base, tuned, *tokenizer.all_special_ids) and alone:
                assert abs(scores[token] - scores[base]).item() >= far - 2e-4
        if "class" in rows.index:
            kinds = {kind_of_token(rows.loc[branch, "text"]) for branch in ("base", "class")}
            assert len(kinds) == 1


def test_views_are_parts_of_the_whole_which_begins_after_the_prompt(found):
    tokenizer = load_tokenizer(found.pair.folders["tuned"])
    rows = found.forced.set_index(["prompt_id", "branch"])
    steps = found.pair.usable.set_index("prompt_id")["step"]
    assert steps[found.texts["prompt_id"]].gt(0).any()
    for row in found.texts.itertuples():
        told = rows.loc[(row.prompt_id, row.branch)]
        context = [*map(int, told["context"])]
        before = context[len(context) - int(steps[row.prompt_id]) :]
        whole = [*before, int(told["token"]), *row.tokens]
        assert row.whole == tokenizer.decode(whole, skip_special_tokens=True)
        assert row.whole.endswith(row.without_token)
        assert row.with_token.endswith(row.without_token)


def test_a_padded_plan_finds_the_same(forced_run):
    exact, padded = forced_run("llama"), forced_run("llama", PADDED)
    key = ["prompt_id", "branch"]
    one, other = (found.texts.set_index(key).sort_index() for found in (exact, padded))
    same = one["whole"] == other["whole"].reindex(one.index)
    assert same.mean() > 0.9  # ties of rounding


def test_grades_and_values_are_of_every_text(found):
    ours = found.grades[found.grades["reading"] == "ours"]
    assert len(ours) == 4 * len(found.texts)
    assert found.grades.loc[found.grades["reading"] == "as published", "passed"].isna().all()  # words have none
    arm = found.values[found.values["arm"] == "whole answer, all"]
    tuned, base = (
        arm[arm["quantity"] == f"success_{side}"].set_index("prompt_id")["value"] for side in ("tuned", "base")
    )
    less = arm[arm["quantity"] == "tuned_less_base"].set_index("prompt_id")["value"]
    assert less.to_dict() == (tuned - base).to_dict()
    assert set(tuned) <= {0.0, 1.0}


def test_prompts_without_a_validator_length_or_room_have_a_reason(forced_run):
    talk = forced_run("llama", expected=Expectation.nothing("small talk")).forced
    assert set(talk["reason"]) == {"small talk"}
    none = forced_run("llama", lengths={"other": 3})
    assert set(none.forced["reason"]) == {NO_LENGTH}
    assert none.texts.empty
    assert none.values.empty
    long = forced_run("llama", lengths=dict.fromkeys(talk["category"], 10**6)).forced
    assert set(long["reason"]) == {NO_ROOM}
