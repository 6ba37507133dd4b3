"""Histories: prompts in both modes before what a teacher wrote, and every reason why one cannot be read by all."""

import copy
from dataclasses import replace

import pandas as pd
import pytest

from crosspatch.errors import CheckpointError, MeasurementError
from crosspatch.experiments.histories.readings import read_histories
from crosspatch.experiments.histories.written import histories_of
from crosspatch.jobs.rollouts import roll_out_prompts
from crosspatch.models.lens import LensReadout, raw_lens
from crosspatch.models.loading import load_model
from crosspatch.models.readout import readout_of
from crosspatch.models.vocabulary import DECODES_DIFFERENTLY, OUTSIDE_VOCABULARY, load_vocabulary

EXACT = {"plan": "exact", "tokens": 128}
LONG = 1000


@pytest.fixture(scope="module")
def sides(llama):
    return {side: load_vocabulary(folder, []) for side, folder in llama.folders.items()}


@pytest.fixture(scope="module")
def roll_out(llama, sides, prompts, placement, table_round_trip):
    """Return a function from side and mode to the rollouts of that teacher."""

    def run(side, mode, texts=prompts):
        model, words = load_model(llama.folders[side], placement), sides[side]
        options = {"stops": words.stops, "max_new_tokens": 6, "batches": EXACT, "mode": mode}
        return table_round_trip(roll_out_prompts(model, words.tokenizer, texts, **options), "rollouts")

    return run


@pytest.fixture(scope="module")
def chatted(roll_out):
    return roll_out("tuned", "chat")


def reasons(table):
    return dict(zip(table["prompt_id"], table["reason"], strict=True))


@pytest.mark.parametrize(("side", "mode"), [("base", "raw"), ("tuned", "raw"), ("tuned", "chat")])
def test_a_history_is_a_prompt_in_both_modes_and_what_the_teacher_wrote(
    side, mode, roll_out, sides, prompts, tokenizer, table_round_trip
):
    rollouts = roll_out(side, mode)
    table = table_round_trip(histories_of(prompts, rollouts, sides, mode=mode, context=LONG), "histories")
    assert table["usable"].all()
    assert not table["reason"].notna().any()
    for row, prompt, rollout in zip(table.itertuples(), prompts.itertuples(), rollouts.itertuples(), strict=True):
        assert (row.prompt_id, row.category) == (prompt.prompt_id, prompt.category)
        assert row.raw_prompt.tolist() == tokenizer(prompt.text)["input_ids"]
        asked = tokenizer.apply_chat_template([{"role": "user", "content": prompt.text}], add_generation_prompt=True)
        assert row.chat_prompt.tolist() == asked["input_ids"]
        for one in (row.raw_prompt, row.chat_prompt):
            assert one.tolist().count(tokenizer.bos_token_id) == 1
        assert row.forced.tolist() == rollout.tokens.tolist()


@pytest.mark.parametrize(("side", "mode"), [("base", "raw"), ("tuned", "raw"), ("tuned", "chat")])
def test_a_teacher_that_reads_its_own_histories_chooses_every_forced_token_again(
    side, mode, llama, roll_out, sides, prompts, placement
):
    table = histories_of(prompts, roll_out(side, mode), sides, mode=mode, context=LONG)
    model = load_model(llama.folders[side], placement)
    lens_readout = LensReadout(readout_of(model, sides[side].tokenizer), raw_lens(5, 32))
    readings, _ = read_histories(model, lens_readout, table, mode=mode, batches=EXACT)
    final = readings[(readings["block"] == 4) & (readings["lens"] == "raw")]
    assert final["top_token"].tolist() == [token for forced in table["forced"] for token in forced]
    assert (final["forced_rank"] == 1).all()
    assert (final["forced_log_probability"] == final["top_log_probability"]).all()
    other, _ = read_histories(model, lens_readout, table, mode={"raw": "chat", "chat": "raw"}[mode], batches=EXACT)
    assert (other["top_token"] != readings["top_token"]).any()


def test_the_chat_prompt_is_that_of_the_tuned_side_and_needs_its_template(sides, prompts, roll_out):
    plain = copy.deepcopy(sides["base"].tokenizer)
    plain.chat_template = None
    bare = replace(sides["base"], tokenizer=plain)
    rollouts = roll_out("base", "raw")
    table = histories_of(prompts, rollouts, {**sides, "base": bare}, mode="raw", context=LONG)
    assert table["usable"].all()
    with pytest.raises(CheckpointError, match="the tokenizer has no chat template; use mode 'raw'"):
        histories_of(prompts, rollouts, {**sides, "tuned": bare}, mode="raw", context=LONG)


def test_a_teacher_without_a_rollout(sides, prompts, chatted):
    failed = chatted.copy()
    failed["tokens"] = [[], *failed["tokens"][1:]]
    failed["failure"] = ["too long", *[None] * (len(failed) - 1)]
    table = histories_of(prompts, failed, sides, mode="chat", context=LONG)
    assert {name: reason for name, reason in reasons(table).items() if isinstance(reason, str)} == {
        "p00": "the teacher has no rollout: too long"
    }
    assert table["usable"].tolist() == [row != 0 for row in range(len(table))]
    assert table["forced"][0] == []


def test_a_history_longer_than_a_context_counts_its_longer_prompt(sides, prompts, roll_out):
    rollouts = roll_out("base", "raw")
    table = histories_of(prompts, rollouts, sides, mode="raw", context=LONG)
    lengths = table["chat_prompt"].map(len) + table["forced"].map(len)
    longest = int(lengths.max())
    cut = histories_of(prompts, rollouts, sides, mode="raw", context=longest - 1)
    assert set(cut[~cut["usable"]]["reason"]) == {
        f"{longest} tokens of prompt and continuation exceed the context of {longest - 1}"
    }
    assert cut["usable"].tolist() == (lengths < longest).tolist()
    assert histories_of(prompts, rollouts, sides, mode="raw", context=longest)["usable"].all()


def test_tokens_that_the_other_side_lacks_or_decodes_differently(sides, prompts, chatted):
    row = chatted["tokens"][2]
    strange = replace(sides["base"], size=int(max(row)))
    table = histories_of(prompts, chatted, {**sides, "base": strange}, mode="chat", context=LONG)
    assert reasons(table)["p02"] == OUTSIDE_VOCABULARY
    renamed = copy.deepcopy(sides["base"].tokenizer)
    decode = type(renamed).decode
    token = int(row[0])

    class Renamed(type(renamed)):
        def decode(self, ids, **options):
            return "other" if ids == [token] else decode(self, ids, **options)

    renamed.__class__ = Renamed
    other = {**sides, "base": replace(sides["base"], tokenizer=renamed)}
    table = histories_of(prompts, chatted, other, mode="chat", context=LONG)
    having = [
        token in {*one.raw_prompt, *one.chat_prompt, *one.forced} for one in table.itertuples()
    ]  # in a prompt or in what is forced
    assert table["usable"].tolist() == [not there for there in having]
    assert set(table[having]["reason"]) == {DECODES_DIFFERENTLY}


def test_rollouts_of_another_mode_or_tokenizer_are_refused(sides, prompts, chatted):
    with pytest.raises(MeasurementError, match=r"prompt 'p00': the raw rollout continues \[.*\], but the prompt is \["):
        histories_of(prompts, chatted, sides, mode="raw", context=LONG)


def test_rows_are_those_of_the_prompts_in_their_order(sides, prompts, chatted):
    table = histories_of(prompts.iloc[::-1], chatted, sides, mode="chat", context=LONG)
    assert table["prompt_id"].tolist() == prompts["prompt_id"].tolist()[::-1]
    forced = pd.Series(table["forced"].to_numpy(), table["prompt_id"])
    assert [forced[name] for name in chatted["prompt_id"]] == [row.tolist() for row in chatted["tokens"]]
