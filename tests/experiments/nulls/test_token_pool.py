"""Token pools hold the cells' own margins, and other events' from plain forward passes."""

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import AutoModelForCausalLM

from crosspatch.experiments.nulls.token_identity import pool_of
from crosspatch.experiments.nulls.token_pool import read_token_pool, token_pool
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import capture_boundary_states
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.readout import load_readout

SIDES = ("base", "tuned")


@pytest.fixture(scope="module")
def pool(pair, tokenizer, placement, table_round_trip):
    """The token pool of a pair, as its stage makes it."""
    events = pair.usable.reset_index(drop=True)
    batches = plan_batches(events["context"].map(len).tolist(), plan="exact", tokens=128)
    states = {
        side: capture_boundary_states(load_upstream(folder, pair.boundary, placement), events, batches, device="cpu")
        for side, folder in pair.folders.items()
    }
    readout = load_readout(pair.folders["tuned"], tokenizer, placement)
    tables = [
        read_token_pool(
            load_late(pair.folders[late], pair.boundary, placement),
            late,
            states,
            readout,
            events,
            batches,
            device="cpu",
        )
        for late in SIDES
    ]
    return table_round_trip(pd.concat(tables, ignore_index=True), "token_pool")


def test_the_pool_holds_the_margins_of_the_cells(pair, pool, measure):
    cells = measure(pair.folders, pair.events, pair.boundary)
    cells = cells[cells["readout"] == "common_tuned"].set_index(["prompt_id", "upstream", "late"])
    assert len(pool) == len(cells) == 4 * len(pair.usable)
    for row in pool.itertuples():
        logits = dict(zip(row.tokens, row.logits, strict=True))
        cell = cells.loc[row.prompt_id, row.upstream, row.late]
        margin = logits[cell["tuned_token"]] - logits[cell["base_token"]]
        assert margin == pytest.approx(cell["margin_float32"], abs=2e-5)


def test_the_pool_is_every_event_token_once_in_every_row(pair, pool):
    tokens = sorted({*pair.usable["base_token"].astype(int), *pair.usable["tuned_token"].astype(int)})
    assert token_pool(pair.usable) == tokens
    assert all(list(row) == tokens for row in pool["tokens"])


@torch.no_grad()
def test_unpatched_rows_are_logits_of_the_full_model(pair, pool):
    model = AutoModelForCausalLM.from_pretrained(pair.folders["tuned"]).eval()
    own = pool[(pool["upstream"] == "tuned") & (pool["late"] == "tuned")].set_index("prompt_id")
    for event in pair.usable.itertuples():
        logits = model(input_ids=torch.tensor([list(event.context)])).logits[0, -1]
        expected = logits[torch.tensor(list(own.loc[event.prompt_id, "tokens"]))]
        assert own.loc[event.prompt_id, "logits"] == pytest.approx(expected.numpy(), abs=3e-5, rel=1e-5)


def test_observed_interactions_are_those_of_the_cells(pair, pool, measure):
    events = pair.usable.reset_index(drop=True)
    cells = measure(pair.folders, pair.events, pair.boundary)
    cells = cells[cells["readout"] == "common_tuned"]
    signs = np.where(cells["upstream"] == cells["late"], 1, -1)
    expected = (signs * cells["margin_float32"]).groupby(cells["prompt_id"]).sum().loc[events["prompt_id"]]
    own = pool_of(pool, events)
    here = range(len(events))
    found = own.interactions[here, own.tuned] - own.interactions[here, own.base]
    assert found == pytest.approx(expected.to_numpy(), abs=5e-5)
