"""Rollout tables, and the first divergence in them against two models decoding side by side."""

import copy

import pandas as pd
import pytest
import torch

from crosspatch.errors import CheckpointError, MeasurementError
from crosspatch.jobs.rollouts import roll_out_prompts
from crosspatch.models.loading import load_model

EXACT = {"plan": "exact", "tokens": 128}
PADDED = {"plan": "padded", "tokens": 400}
STOPS = frozenset({0})


@torch.inference_mode()
def next_token(model, tokens):
    return int(model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0, -1].argmax())


def side_by_side(models, tokens, limit):
    """Step and tokens of the first position at which two models disagree, or None."""
    tokens = list(tokens)
    for step in range(limit):
        base, tuned = (next_token(model, tokens) for model in models)
        if base != tuned:
            return step, base, tuned
        if base in STOPS:
            return None
        tokens.append(base)
    return None


def assert_events_are_side_by_side(pair, prompts, tokenizer, placement):
    models = [load_model(pair.folders[side], placement) for side in ("base", "tuned")]
    found = [side_by_side(models, tokens, 6) for tokens in tokenizer(prompts["text"].tolist())["input_ids"]]
    usable = pair.usable
    expected = {prompt_id: event for prompt_id, event in zip(prompts["prompt_id"], found, strict=True) if event}
    events = {row.prompt_id: (int(row.step), int(row.base_token), int(row.tuned_token)) for row in usable.itertuples()}
    assert events == expected
    assert list(pair.events["prompt_id"]) == list(prompts["prompt_id"])


def test_events_are_where_two_models_side_by_side_disagree(pair, prompts, tokenizer, placement):
    assert_events_are_side_by_side(pair, prompts, tokenizer, placement)


@pytest.mark.parametrize(("architecture", "dtype"), [("llama", "float32"), ("gemma3", "bfloat16")])
def test_they_are_so_too_where_every_pick_ties(convert_pair, prompts, tokenizer, placement, architecture, dtype):
    pair = convert_pair(architecture, dtype=dtype, twins=True)
    assert_events_are_side_by_side(pair, prompts, tokenizer, placement)
    for table in pair.rollouts.values():
        assert not any(gap for gaps in table["gaps"] for gap in gaps)


def test_some_prompts_diverge_later_and_some_not_at_all(make_pair):
    """What the comparison above would not show if every event were at the first token."""
    events = pd.concat([make_pair(name).events for name in ("qwen3", "mistral", "gemma3")])
    assert set(events["step"].dropna()) >= {0, 1, 2}
    assert not events["usable"].all()


@pytest.fixture
def llama_model(llama, placement):
    return load_model(llama.folders["base"], placement)


def rolled(model, tokenizer, prompts, *, max_new_tokens=6, batches=EXACT, mode="raw"):
    settings = {"stops": STOPS, "max_new_tokens": max_new_tokens, "batches": batches, "mode": mode}
    return roll_out_prompts(model, tokenizer, prompts, **settings)


def test_the_plan_does_not_change_the_tokens(llama, llama_model, tokenizer, prompts):
    together, apart = (
        rolled(llama_model, tokenizer, prompts, batches=batches) for batches in (PADDED, EXACT | {"tokens": 1})
    )
    assert together["tokens"].tolist() == apart["tokens"].tolist()
    assert together["tokens"].tolist() == [tokens.tolist() for tokens in llama.rollouts["base"]["tokens"]]
    for one, other in zip(together["gaps"], apart["gaps"], strict=True):
        assert one == pytest.approx(other, abs=1e-4)


def test_rows_come_in_the_order_of_the_prompts(llama_model, tokenizer, prompts):
    order = prompts.iloc[::-1]
    reversed_rows = rolled(llama_model, tokenizer, order)
    assert reversed_rows["prompt_id"].tolist() == order["prompt_id"].tolist()
    assert reversed_rows["tokens"].tolist() == rolled(llama_model, tokenizer, prompts)["tokens"].tolist()[::-1]
    encoded = [tokenizer(text)["input_ids"] for text in order["text"]]
    assert reversed_rows["prompt_tokens"].tolist() == encoded


def test_a_prompt_that_does_not_fit_is_a_row_with_the_reason(llama_model, tokenizer, prompts, table_round_trip):
    long = prompts.copy()
    long.loc[1, "text"] = "Mira " * 70
    length = len(tokenizer(long.loc[1, "text"])["input_ids"])
    table = table_round_trip(rolled(llama_model, tokenizer, long), "rollouts")
    assert len(table) == len(prompts)
    row = table.iloc[1]
    assert row["failure"] == f"{length} prompt tokens and 6 new ones exceed the context of 128"
    assert row[["tokens", "gaps"]].map(len).tolist() == [0, 0]
    assert pd.isna(row["stop_reason"])
    assert len(row["prompt_tokens"]) == length
    others = table.drop(index=1)
    assert others["failure"].isna().all()
    assert others["tokens"].map(len).min() > 0


def test_a_prompt_that_just_fits(llama_model, tokenizer, prompts):
    longest = max(len(tokenizer(text)["input_ids"]) for text in prompts["text"])
    fits = rolled(llama_model, tokenizer, prompts.tail(2), max_new_tokens=128 - longest)
    assert fits["failure"].isna().all()
    over = rolled(llama_model, tokenizer, prompts, max_new_tokens=129 - longest)
    assert over["failure"].notna().sum() == 1


def test_a_text_without_tokens_is_a_row_with_the_reason(llama_model, make_word_tokenizer):
    words = make_word_tokenizer({"a": 0, "b": 1})
    given = pd.DataFrame({"prompt_id": ["empty", "full"], "text": ["", "b"]})
    table = rolled(llama_model, words, given)
    assert table["failure"].fillna("").tolist() == ["the tokenizer gives no token for this text", ""]
    assert table["tokens"].map(len).tolist()[0] == 0 < table["tokens"].map(len).tolist()[1]


@pytest.mark.parametrize("batches", [EXACT, PADDED])
def test_a_logit_that_is_not_finite_stops_with_the_prompt_named(llama_model, tokenizer, prompts, batches):
    marked = tokenizer("plums")["input_ids"][-1]
    encoded = {row.prompt_id: tokenizer(row.text)["input_ids"] for row in prompts.itertuples()}
    assert not any(marked in tokens for tokens in encoded.values())
    some = prompts.copy()
    some.loc[4, "text"] = "plums"
    with torch.no_grad():
        llama_model.model.embed_tokens.weight[marked] = torch.nan
    with pytest.raises(MeasurementError, match="prompt 'p04': a rollout logit is not finite; the checkpoint's weights"):
        rolled(llama_model, tokenizer, some, batches=batches)


def test_stop_reasons(llama_model, tokenizer, prompts):
    def rolled_until(stops):
        return roll_out_prompts(llama_model, tokenizer, prompts, stops=stops, max_new_tokens=6, batches=EXACT)

    free = rolled_until(frozenset())
    assert set(free["stop_reason"]) == {"length"}
    assert set(free["tokens"].map(len)) == {6}
    stops = frozenset({free["tokens"][0][2]})
    first = rolled_until(stops).iloc[0]
    assert first["stop_reason"] == "stop_token"
    assert first["tokens"] == free["tokens"][0][: len(first["tokens"])]
    assert first["tokens"][-1] in stops
    assert len(first["gaps"]) == len(first["tokens"]) <= 3


def test_a_chat_rollout_continues_the_template_as_one_model_would(llama_model, tokenizer, prompts):
    table = rolled(llama_model, tokenizer, prompts.iloc[[0, 8]], mode="chat")
    for row, text in zip(table.itertuples(), prompts["text"].iloc[[0, 8]], strict=True):
        turn = tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True)
        tokens = [*turn["input_ids"]]
        assert row.prompt_tokens == tokens
        assert tokens != tokenizer(text)["input_ids"]
        for token in row.tokens:
            assert token == next_token(llama_model, tokens)
            tokens.append(token)


def test_a_chat_rollout_without_a_template_is_refused(llama_model, tokenizer, prompts):
    plain = copy.deepcopy(tokenizer)
    plain.chat_template = None
    with pytest.raises(CheckpointError, match="the tokenizer has no chat template; use mode 'raw'"):
        rolled(llama_model, plain, prompts, mode="chat")
