"""Laws of readings: what is zero by definition, what a lens of zeros does, and what batches may not change."""

import math

import numpy as np
import pandas as pd
import pytest
import torch

from crosspatch.errors import MeasurementError
from crosspatch.experiments.histories import lens_distributions
from crosspatch.experiments.histories.lens_distributions import read_blocks
from crosspatch.models.halves import every_block, run_upstream
from crosspatch.models.lens import Lens, LensReadout, raw_lens
from crosspatch.models.readout import readout_of
from peak_memory import peak_bytes

KEY = ["prompt_id", "step", "block", "lens"]
NEXT = ["kl_to_next", "kl_from_next", "js_to_next"]
FINAL = ["kl_to_final", "kl_from_final", "js_to_final"]


def under(table, lens, block=None):
    rows = table[(table["lens"] == lens) & ((table["block"] == block) | (block is None))]
    return rows.drop(columns="lens").reset_index(drop=True)


def test_there_is_a_row_for_every_step_block_and_lens_in_their_order(reader, histories, read):
    readings, writes = read(reader, histories)
    blocks = len(reader.model.layers)
    steps = [(row.prompt_id, step) for row in histories.itertuples() for step in range(len(row.forced))]
    expected = [(*step, block, lens) for step in steps for block in range(blocks) for lens in ("raw", "tuned")]
    assert list(readings[KEY].itertuples(index=False, name=None)) == expected
    expected = [(*step, block) for step in steps for block in range(blocks)]
    assert list(writes[KEY[:3]].itertuples(index=False, name=None)) == expected
    assert readings["entropy"].dtype == writes["delta_cos_mlp"].dtype == np.float32


def test_the_last_block_under_the_raw_lens_is_the_final_distribution(reader, histories, read, make_lens, tokenizer):
    readings, _ = read(reader, histories, lens=make_lens(reader), mode="chat")
    last = len(reader.model.layers) - 1
    final = under(readings, "raw", last)
    assert not final[FINAL].to_numpy().any()
    assert final[NEXT].isna().all().all()
    for row in histories.itertuples():
        context = torch.tensor([[*row.chat_prompt, *row.forced[:-1]]])
        states = run_upstream(every_block(reader), context)[0, len(row.chat_prompt) - 1 :]
        picks = readout_of(reader, tokenizer).logits(states).argmax(-1)
        assert final[final["prompt_id"] == row.prompt_id]["top_token"].tolist() == picks.tolist()
    tuned = under(readings, "tuned", last)
    assert (tuned["kl_to_final"] > 0).all()  # its map is trained as well; it is compared with the true final one
    assert tuned[NEXT].isna().all().all()
    assert not readings[readings["block"] < last].isna().any(axis=None)


def test_a_lens_of_zeros_reads_as_none_does_bit_for_bit(reader, histories, read):
    readings, _ = read(reader, histories)
    pd.testing.assert_frame_equal(under(readings, "raw"), under(readings, "tuned"), check_exact=True)


def test_next_is_the_next_block_under_the_same_lens(reader, histories, read, make_lens):
    """With a map of one block alone its own readings move, and what the block before says of its next."""
    lens, plain = make_lens(reader), raw_lens(len(reader.model.layers), reader.config.hidden_size)
    plain.weight[1], plain.bias[1] = lens.weight[1], lens.bias[1]
    readings, _ = read(reader, histories, lens=plain)
    raw, tuned = (under(readings, name) for name in ("raw", "tuned"))
    moved = {name: set(raw["block"][(raw[name] != tuned[name]) & raw[name].notna()]) for name in ("entropy", *NEXT)}
    assert moved == {"entropy": {1}} | {name: {0, 1} for name in NEXT}
    assert set(raw["block"][raw["kl_to_final"] != tuned["kl_to_final"]]) == {1}


def test_bounds(reader, histories, read, make_lens):
    readings, writes = read(reader, histories, lens=make_lens(reader))
    assert (readings[["js_to_final", "js_to_next"]].max() <= np.float32(math.log(2))).all()
    assert (readings[[*FINAL, *NEXT]].min() >= 0).all()
    assert readings["entropy"].between(0, math.log(140)).all()
    assert (readings["forced_log_probability"] <= readings["top_log_probability"]).all()
    first = readings["forced_rank"] == 1
    assert (readings["top_token"] == readings["top_five"].str[0]).all()
    assert (readings[first]["forced_log_probability"] == readings[first]["top_log_probability"]).all()
    assert not readings["top_five"].map(lambda tokens: max(tokens) >= 140).any()  # spare logits of one reader
    assert writes[["delta_cos_block", "delta_cos_mlp"]].abs().max().max() <= 1 + 1e-6


def test_a_planted_map_puts_its_bias_in_the_place_of_every_state(readers, histories, read):
    """W = -1 takes the state away, so that block 2 says under the tuned lens what the unembedding says of the bias."""
    model = readers["llama"]
    lens = raw_lens(5, 32)
    lens.weight[2], lens.bias[2] = -torch.eye(32), torch.linspace(-1, 2, 32)
    readings, _ = read(model, histories, lens=lens)
    with torch.no_grad():
        logits = model.lm_head(model.model.norm(lens.bias[2]))
    said = torch.log_softmax(logits.double(), -1)
    planted = under(readings, "tuned", 2)
    assert set(planted["top_token"]) == {int(logits.argmax())}
    assert planted["entropy"].tolist() == pytest.approx([-(said.exp() * said).sum().item()] * len(planted), abs=1e-5)
    forced = torch.tensor(np.concatenate(histories["forced"].tolist()))
    assert planted["forced_log_probability"].tolist() == pytest.approx(said[forced].tolist(), abs=1e-5)
    untouched = under(readings, "raw", 2)
    assert len(set(untouched["entropy"])) == len(untouched)


def test_a_history_reads_the_same_alone_and_padded_ones_within_rounding(reader, histories, read, make_lens):
    options = {"lens": make_lens(reader)}
    readings, writes = read(reader, histories, **options)
    for name in histories["prompt_id"]:
        alone, alone_writes = read(reader, histories[histories["prompt_id"] == name], **options)
        for one, several in ((alone, readings), (alone_writes, writes)):
            own = several[several["prompt_id"] == name].reset_index(drop=True)
            pd.testing.assert_frame_equal(one, own, check_exact=True)
    padded = read(reader, histories, **options, batches={"plan": "padded", "tokens": 128})
    near = 2e-4 if next(reader.parameters()).dtype == torch.float32 else 0.2
    numbers = readings.select_dtypes("floating").columns
    pd.testing.assert_frame_equal(padded[0][numbers], readings[numbers], atol=near, rtol=near)
    pd.testing.assert_frame_equal(padded[1], writes, atol=near / 10, rtol=0.0)


def test_portions_change_nothing_and_bound_what_is_held(readers, histories, read, make_model, monkeypatch):
    model = readers["llama"]
    whole, _ = read(model, histories)
    monkeypatch.setattr(lens_distributions, "TOGETHER", 3 * 140)
    pd.testing.assert_frame_equal(read(model, histories)[0], whole, check_exact=True)


@pytest.mark.parametrize("steps", [40, 160])
def test_a_portion_holds_ten_arrays_of_its_logits_whatever_the_number_of_blocks_and_steps(
    steps, make_model, tokenizer, monkeypatch
):
    together, vocabulary = 2**19, 20_000
    monkeypatch.setattr(lens_distributions, "TOGETHER", together)
    model = make_model("llama", vocabulary=vocabulary)
    lens_readout = LensReadout(readout_of(model, tokenizer), raw_lens(5, 32))
    blocks = list(torch.randn(5, steps, 32, generator=torch.Generator().manual_seed(0)))
    forced = torch.full((steps,), 3)
    assert peak_bytes(lambda: read_blocks(lens_readout, blocks, forced)) < 10.5 * 4 * together


def test_no_usable_history_and_a_token_that_the_reader_cannot_choose_and_a_damaged_lens(readers, histories, read):
    none = histories.assign(usable=False, reason="too long")
    message = r"none of 5 histories is usable \(too long\); give the study other prompts"
    with pytest.raises(MeasurementError, match=message):
        read(readers["llama"], none)
    unreal = histories.assign(forced=[[150], *histories["forced"][1:]])
    with pytest.raises(MeasurementError, match="prompt 'p0': forced token 150 is none that this reader can choose"):
        read(readers["olmo2"], unreal)
    lens = Lens(torch.zeros(5, 32, 32), torch.zeros(5, 32))
    lens.bias[3, 4] = float("nan")
    message = r"history of prompt 'p0', step 0: kl_to_next \(block 2, lens tuned\) is nan; check the"
    with pytest.raises(MeasurementError, match=message):
        read(readers["llama"], histories, lens=lens)


def test_unusable_histories_are_left_out(readers, histories, read):
    some = histories.assign(usable=histories["prompt_id"] != "p1")
    readings, writes = read(readers["llama"], some)
    assert set(readings["prompt_id"]) == set(writes["prompt_id"]) == {"p0", "p2", "p3", "p4"}
