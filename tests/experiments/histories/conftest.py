"""Readers that differ in depth, dtype, vocabulary and family, and histories of several lengths."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest
import torch

from crosspatch.experiments.histories.readings import read_histories
from crosspatch.models.lens import Lens, LensReadout, raw_lens
from crosspatch.models.readout import readout_of

EXACT = {"plan": "exact", "tokens": 128}
LENGTHS = {"p0": (3, 4), "p1": (5, 6), "p2": (5, 6), "p3": (9, 1), "p4": (7, 4)}
"""Tokens of the prompt and of what is forced, by prompt."""


@pytest.fixture(scope="session")
def readers(make_model) -> Mapping[str, Any]:
    """Models by name: pre-norm; post-norm with fewer blocks and spare logits, in bfloat16; capped logits."""
    olmo = make_model("olmo2", vocabulary=160).to(torch.bfloat16)
    olmo.model.layers = olmo.model.layers[:3]
    olmo.config.num_hidden_layers = 3
    return {
        "llama": make_model("llama"),
        "olmo2": olmo,
        "gemma3": make_model("gemma3", final_logit_softcapping=2.0),
    }


@pytest.fixture(scope="session", params=["llama", "olmo2", "gemma3"])
def reader(request, readers):
    return readers[request.param]


@pytest.fixture(scope="session")
def histories() -> pd.DataFrame:
    """Histories of random tokens; a chat prompt has two tokens more than the raw one."""
    generator = torch.Generator().manual_seed(0)
    rows = []
    for name, (prompt, forced) in LENGTHS.items():
        drawn = torch.randint(4, 140, (prompt + forced + 2,), generator=generator).tolist()
        prompts = {"raw_prompt": drawn[:prompt], "chat_prompt": drawn[: prompt + 2]}
        rows.append({"prompt_id": name, "category": "facts", **prompts, "forced": drawn[prompt + 2 :]})
    return pd.DataFrame(rows).assign(usable=True, reason=None)


@pytest.fixture(scope="session")
def make_lens() -> Callable[..., Lens]:
    """Return a function that draws a lens for a model; of size 0 it is the raw one."""

    def make(model, size=0.1) -> Lens:
        blocks, width = len(model.model.layers), model.config.hidden_size
        torch.manual_seed(7)
        return Lens(size * torch.randn(blocks, width, width), size * torch.randn(blocks, width))

    return make


@pytest.fixture(scope="session")
def read(tokenizer, table_round_trip) -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Return a function that lets a model read histories, and gives both tables as they are stored."""

    def run(model, histories, *, lens=None, mode="raw", batches=EXACT):
        lens = lens or raw_lens(len(model.model.layers), model.config.hidden_size)
        lens_readout = LensReadout(readout_of(model, tokenizer), lens)
        table = table_round_trip(histories, "histories")
        found = read_histories(model, lens_readout, table, mode=mode, batches=batches)
        return tuple(table_round_trip(one, kind) for one, kind in zip(found, ("readings", "read_writes"), strict=True))

    return run
