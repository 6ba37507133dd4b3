"""Readings to other ends: the temperature that was asked for, distances by a second route, and what is left out."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosspatch.errors import MeasurementError
from crosspatch.experiments.histories.varied import temperature, varied_readings
from crosspatch.experiments.histories.vary_readings import final_entropy
from crosspatch.jobs.lens import OpenReader
from crosspatch.models.lens import LensReadout
from crosspatch.models.readout import readout_of
from crosspatch.records.regions import earlier_block

EXACT = {"plan": "exact", "tokens": 64}
MEASURES = ("kl_to_end", "kl_from_end", "js_to_end")


@pytest.fixture
def opened(reader, tokenizer, make_lens):
    return OpenReader(reader, LensReadout(readout_of(reader, tokenizer), make_lens(reader)))


def varied(opened, histories, entropy):
    return varied_readings(opened, histories, mode="chat", entropy=entropy, batches=EXACT)


def of(table, variant, *columns):
    return table[table["variant"] == variant].reset_index(drop=True)[list(columns)]


def test_at_its_own_entropy_the_tempered_end_is_the_final_prediction(opened, histories, read):
    readings, _ = read(opened.model, histories, lens=opened.lens_readout.lens, mode="chat")
    found = varied(opened, histories, final_entropy(readings))
    assert set(found["temperature"].dropna().round(3)) == {1.0}
    near = 1e-4 if next(opened.model.parameters()).dtype == torch.float32 else 2e-3
    for variant, lens in (("tempered", "raw"), ("other_lens", "tuned")):
        own = readings[readings["lens"] == lens].reset_index(drop=True)
        for column in MEASURES:
            expected = own[column.replace("end", "final")].to_numpy()
            assert of(found, variant, column)[column].to_numpy() == pytest.approx(expected, abs=near, rel=near)


def test_the_tempered_end_has_the_entropy_that_was_asked_for(opened, histories):
    readout, states = opened.lens_readout.readout, torch.randn(31, 32, generator=torch.Generator().manual_seed(2))
    states = states.to(next(opened.model.parameters()).dtype)
    for wanted in (1.0, 3.0):
        hot = temperature(readout, states, wanted)
        said = torch.log_softmax(readout.logits(states).double() / hot, -1)
        entropy = -(said.exp() * said.clamp(min=-1e30)).sum(-1)
        assert entropy.mean().item() == pytest.approx(wanted, abs=1e-3)


def test_the_last_block_is_as_far_from_the_tempered_end_as_its_temperature_says(
    readers, histories, tokenizer, make_lens
):
    model = readers["llama"]
    opened = OpenReader(model, LensReadout(readout_of(model, tokenizer), make_lens(model)))
    found = varied(opened, histories, 1.0)
    row, hot = histories.iloc[3], found["temperature"].dropna().iloc[0]
    assert hot < 0.9
    with torch.no_grad():
        logits = model(torch.tensor([[*row["chat_prompt"], *row["forced"][:-1]]])).logits[0, -1].double()
    said, end = torch.log_softmax(logits, -1), torch.log_softmax(logits / hot, -1)
    own = found[(found["prompt_id"] == row["prompt_id"]) & (found["variant"] == "tempered") & (found["block"] == 4)]
    assert own["kl_to_end"].item() == pytest.approx((said.exp() * (said - end)).sum().item(), rel=1e-3)
    assert own["kl_from_end"].item() == pytest.approx((end.exp() * (end - said)).sum().item(), rel=1e-3)


def test_an_entropy_that_no_temperature_gives_is_refused(opened, histories):
    with pytest.raises(
        MeasurementError, match=r"no temperature between 0.02 and 50.0 .* mean entropy of 9 nats; check"
    ):
        varied(opened, histories, 9.0)


def test_the_earlier_block_is_an_end_for_itself_and_those_before_it(opened, histories):
    found = varied(opened, histories, 2.0)
    depth = len(opened.model.model.layers)
    earlier = of(found, "earlier", "block", *MEASURES)
    assert set(earlier["block"]) == set(range(earlier_block(depth) + 1))
    last = earlier[earlier["block"] == earlier_block(depth)]
    assert not last[list(MEASURES)].to_numpy().any()
    assert (earlier[earlier["block"] < earlier_block(depth)]["kl_to_end"] > 0).all()
    assert set(found.loc[found["variant"] != "earlier", "block"]) == set(range(depth))


def test_distances_to_an_earlier_block_by_a_second_route(readers, histories, tokenizer, make_lens):
    model = readers["llama"]
    opened = OpenReader(model, LensReadout(readout_of(model, tokenizer), make_lens(model)))
    found = varied(opened, histories, 2.0)
    row = histories.iloc[2]
    kept = {}
    hooks = [
        layer.register_forward_hook(lambda *given, place=place: kept.update({place: given[-1]}))
        for place, layer in enumerate(model.model.layers)
    ]
    with torch.no_grad():
        model(torch.tensor([[*row["chat_prompt"], *row["forced"][:-1]]]))
        said = [
            torch.log_softmax(
                model.lm_head(model.model.norm(kept[block][0, len(row["chat_prompt"]) - 1 :])).double(), -1
            )
            for block in (1, 3)
        ]
    for hook in hooks:
        hook.remove()
    own = found[(found["prompt_id"] == row["prompt_id"]) & (found["variant"] == "earlier") & (found["block"] == 1)]
    assert own["kl_to_end"].tolist() == pytest.approx((said[0].exp() * (said[0] - said[1])).sum(-1).tolist(), abs=1e-4)
    assert own["kl_from_end"].tolist() == pytest.approx(
        (said[1].exp() * (said[1] - said[0])).sum(-1).tolist(), abs=1e-4
    )


@pytest.mark.parametrize(("depth", "block"), [(8, 5), (32, 24), (34, 26), (36, 27), (5, 3), (6, 3)])
def test_the_earlier_block_is_the_last_before_the_final_fifth(depth, block):
    assert earlier_block(depth) == block


def test_rows_fit_their_schema(opened, histories, table_round_trip):
    table = table_round_trip(varied(opened, histories, 2.0), "varied_readings")
    assert table["temperature"].notna().eq(table["variant"] == "tempered").all()
    assert table["kl_to_end"].dtype == np.float32
    assert isinstance(table, pd.DataFrame)
