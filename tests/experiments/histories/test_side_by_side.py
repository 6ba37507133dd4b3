"""Two readers side by side: zero against itself, by a second route, over the tokens of both, whatever the portions."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosspatch.errors import MeasurementError
from crosspatch.experiments.histories import lens_distributions
from crosspatch.experiments.histories.side_by_side import same_blocks
from crosspatch.jobs.lens import OpenReader
from crosspatch.models.lens import LensReadout, raw_lens
from crosspatch.models.readout import Readout, readout_of, shared_tokens
from crosspatch.records.histories import LENSES, SIDE_BY_SIDE

EXACT = {"plan": "exact", "tokens": 64}


@pytest.fixture(scope="module")
def open_with(tokenizer, make_lens):
    """Return a function that opens a model with a lens of its own."""

    def run(model, size=0.1):
        return OpenReader(model, LensReadout(readout_of(model, tokenizer), make_lens(model, size)))

    return run


@pytest.fixture(scope="module")
def pair(open_with, make_model, make_lens, tokenizer):
    """A base, and a tuned checkpoint of other weights with spare logits and tokens that it alone lacks."""
    tuned = make_model("llama", seed=5, vocabulary=160)
    opened = OpenReader(tuned, LensReadout(readout_of(tuned, tokenizer), make_lens(tuned, 0.2)))
    real = opened.lens_readout.readout.real.clone()
    real[[20, 77]] = False
    readout = Readout(**{**vars(opened.lens_readout.readout), "real": real})
    return {
        "base": open_with(make_model("llama", seed=0)),
        "tuned": OpenReader(tuned, LensReadout(readout, opened.lens_readout.lens)),
    }


@pytest.fixture(scope="module")
def rows(pair, histories, table_round_trip):
    return table_round_trip(same_blocks(pair, table_round_trip(histories, "histories"), EXACT), "same_block")


def by_hand(pair, history, reader, lens, block):
    """Log probabilities over the tokens of both, of every step, from hidden states of the whole model."""
    side, mode = reader.split("_")
    prompt, forced = [*getattr(history, f"{mode}_prompt")], [*history.forced]
    model, maps = pair[side].model, pair[side].lens_readout.lens
    kept = {}
    hook = model.model.layers[block].register_forward_hook(lambda *given: kept.update(state=given[-1]))
    with torch.no_grad():
        model(torch.tensor([prompt + forced[:-1]]))
        hook.remove()
        states = kept["state"][0, len(prompt) - 1 :]
        if lens == "tuned":
            states = states + states @ maps.weight[block].T + maps.bias[block]
        logits = model.lm_head(model.model.norm(states))[:, :140].double()
    logits[:, [20, 77]] = -torch.inf
    return torch.log_softmax(logits, -1)


def test_divergences_by_a_second_route(pair, histories, rows):
    for history in list(histories.itertuples())[:3]:
        for (reader, other), lens, block in zip(
            SIDE_BY_SIDE, ("raw", "tuned", "tuned", "raw"), (4, 0, 3, 2), strict=True
        ):
            left, right = (by_hand(pair, history, name, lens, block).exp() for name in (reader, other))
            middle = (left + right) / 2
            kls = [(one * (one.clamp(min=1e-300) / middle.clamp(min=1e-300)).log()).sum(-1) for one in (left, right)]
            own = rows[
                (rows["prompt_id"] == history.prompt_id) & (rows["reader"] == reader) & (rows["other"] == other)
                & (rows["lens"] == lens) & (rows["block"] == block)
            ]  # fmt: skip
            assert own["js"].tolist() == pytest.approx(((kls[0] + kls[1]) / 2).tolist(), abs=1e-5)
            assert own["step"].tolist() == list(range(len(history.forced)))


def test_there_is_a_row_for_every_step_block_lens_and_couple(histories, rows):
    steps = sum(map(len, histories["forced"]))
    assert len(rows) == steps * 5 * len(LENSES) * len(SIDE_BY_SIDE)
    assert rows["js"].between(0, np.log(2)).all()


def test_a_checkpoint_is_not_apart_from_itself_but_by_the_prompt(open_with, make_model, histories):
    same = open_with(make_model("llama"))
    rows = same_blocks({"base": same, "tuned": same}, histories, EXACT)
    modes = rows["reader"].str.split("_").str[1] == rows["other"].str.split("_").str[1]
    assert (rows.loc[modes, "js"] == 0).all()
    assert (rows.loc[~modes, "js"] > 0).any()


def test_portions_change_nothing(pair, histories, rows, monkeypatch, table_round_trip):
    monkeypatch.setattr(lens_distributions, "TOGETHER", 3 * 140)
    again = table_round_trip(same_blocks(pair, histories, EXACT), "same_block")
    pd.testing.assert_frame_equal(again, rows, check_exact=False, rtol=0, atol=2e-6)


def test_tokens_that_one_alone_can_choose_count_for_none():
    left, right = torch.tensor([True, True, False, True]), torch.tensor([True, False, True])
    assert shared_tokens(left, right).tolist() == [True, False, False]


def test_stacks_of_different_depth_and_a_damaged_lens_are_refused(pair, readers, open_with, histories):
    with pytest.raises(
        MeasurementError, match=r"stacks of \{'base': 5, 'tuned': 3\} blocks; drop the control same_block"
    ):
        same_blocks({"base": pair["base"], "tuned": open_with(readers["olmo2"])}, histories, EXACT)
    lens = raw_lens(5, 32)
    lens.bias[1, 2] = float("nan")
    damaged = OpenReader(pair["base"].model, LensReadout(pair["base"].lens_readout.readout, lens))
    message = r"prompt 'p0', step 0: js \(block 1, lens tuned, reader tuned_chat, other base_raw\) is nan; check"
    with pytest.raises(MeasurementError, match=message):
        same_blocks({**pair, "base": damaged}, histories, EXACT)
