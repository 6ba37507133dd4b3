"""Pairs in memory that differ in depth, dtype, vocabulary and family, and histories of several lengths."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import pytest
import torch

from crosspatch.experiments.grafts.arms import Arm
from crosspatch.experiments.grafts.readings import Party, read_grafts
from crosspatch.models.lens import Lens, LensReadout
from crosspatch.models.readout import readout_of
from perturbed_weights import perturbed

EXACT = {"plan": "exact", "tokens": 128}
LENGTHS = {"p0": (3, 4, 2), "p1": (5, 6, 2), "p2": (5, 6, 3), "p3": (9, 1, 2), "p4": (7, 4, 2)}
"""Tokens of the prompt, of what is forced, and of what a chat prompt has more, by prompt."""
UNREAL = 137
"""Token that the host's tokenizer has and the other's lacks, in one family."""


@dataclass(frozen=True)
class Parties:
    """A host and the other checkpoint of its pair."""

    host: Party
    other: Party

    @property
    def exchanged(self) -> "Parties":
        """The other one as the host."""
        return Parties(self.other, self.host)


def lens_for(model, seed) -> Lens:
    torch.manual_seed(seed)
    blocks, width = len(model.model.layers), model.config.hidden_size
    return Lens(0.1 * torch.randn(blocks, width, width), 0.1 * torch.randn(blocks, width))


@pytest.fixture(scope="session")
def make_parties(make_model, tokenizer) -> Callable[[str], Parties]:
    """Return a function that makes pre-norm, post-norm (fewer blocks, spare logits) and capped pairs."""

    def base_of(family):
        if family == "olmo2":
            model = make_model("olmo2", vocabulary=160)
            model.model.layers = model.model.layers[:3]
            model.config.num_hidden_layers = 3
            return model
        return make_model(family, **({"final_logit_softcapping": 2.0} if family == "gemma3" else {}))

    def make(family) -> Parties:
        base, tuned = base_of(family), perturbed(base_of(family), seed=3, share=0.3)
        parties = [
            Party(model, LensReadout(readout_of(model, tokenizer), lens_for(model, seed)), mode)
            for seed, (model, mode) in enumerate([(base, "raw"), (tuned, "chat")])
        ]
        if family == "llama":
            real = parties[1].read.readout.real.clone()
            real[UNREAL:] = False
            lacking = replace(parties[1].read.readout, real=real)
            parties[1] = replace(parties[1], read=replace(parties[1].read, readout=lacking))
        return Parties(*parties)

    return make


@pytest.fixture(scope="session", params=["llama", "olmo2", "gemma3"])
def parties(request, make_parties) -> Parties:
    return make_parties(request.param)


@pytest.fixture(scope="session")
def histories() -> pd.DataFrame:
    generator = torch.Generator().manual_seed(0)
    rows = []
    for name, (prompt, forced, more) in LENGTHS.items():
        drawn = torch.randint(4, UNREAL, (prompt + forced + more,), generator=generator).tolist()
        prompts = {"raw_prompt": drawn[:prompt], "chat_prompt": drawn[: prompt + more]}
        rows.append({"prompt_id": name, "category": "facts", **prompts, "forced": drawn[prompt + more :]})
    return pd.DataFrame(rows).assign(usable=True, reason=None)


@pytest.fixture(scope="session")
def read(table_round_trip) -> Callable[..., dict[str, pd.DataFrame]]:
    """Return a function that reads histories under arms, and gives the three tables as they are stored."""

    def run(parties: Parties, histories, arms: Sequence[Arm], batches=EXACT):
        table = table_round_trip(histories, "histories")
        found = read_grafts(parties.host, parties.other, table, arms, batches=batches)
        return {kind: table_round_trip(one, f"grafted_{kind}") for kind, one in found.items()}

    return run
