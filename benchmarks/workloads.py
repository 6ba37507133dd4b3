"""What the contenders are timed on: a loaded pair, its readouts and events."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from crosspatch.experiments.batching import Batch, plan_batches
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.miniature.tokenizer import train_tokenizer
from crosspatch.models.readout import Readout, readout_of
from crosspatch.models.tokens import load_tokenizer, stop_token_ids
from crosspatch.records.sides import BASE, SIDES, TUNED

PLAIN = Placement(device="cpu", dtype="checkpoint", attention="sdpa")
PACKED = replace(PLAIN, linear="onednn")


@dataclass(frozen=True)
class Workload:
    """A pair in memory and the events to measure.

    `events` has the columns prompt_id, context, base_token and tuned_token; `prompts` are rolled out for at most
    `max_new_tokens` tokens, to one of `stops`.
    """

    name: str
    folders: Mapping[str, Path]
    models: Mapping[str, PreTrainedModel]
    tokenizer: PreTrainedTokenizerFast
    readouts: Mapping[str, Readout]
    boundary: int
    events: pd.DataFrame
    prompts: pd.DataFrame
    stops: frozenset[int]
    max_new_tokens: int
    batches: Mapping[str, Any]

    @property
    def planned(self) -> list[Batch]:
        """Batches of the events."""
        return plan_batches(self.events["context"].map(len).tolist(), **self.batches)

    def loaded_again(self, place: Placement) -> "Workload":
        """Return the workload with models of its own; nnsight and TransformerLens change the modules they wrap."""
        models, _, readouts = _loaded(self.folders, place)
        return replace(self, models=models, readouts=readouts)

    def sample(self, every: int) -> "Workload":
        """Return the workload with every n-th event and prompt, in order of length."""
        events = self.events.sort_values("context", key=lambda contexts: contexts.map(len), ignore_index=True)
        prompts = self.prompts.sort_values("text", key=lambda texts: texts.map(len), ignore_index=True)
        some = (frame.iloc[every // 2 :: every].reset_index(drop=True) for frame in (events, prompts))
        return replace(self, **dict(zip(("events", "prompts"), some, strict=True)))


def miniature(results: Path, pair: str, *, boundary: int, max_new_tokens: int, batches: Mapping[str, Any]) -> Workload:
    """Return one pair of a finished miniature study: its trained checkpoints, its prompts, its own events."""
    events = read_table(results / f"divergence/{pair}.parquet", "events")
    events = events[events["usable"]].reset_index(drop=True)
    opened = {side: open_checkpoint(results / f"checkpoints/{pair}_{side}/checkpoint.json") for side in SIDES}
    folders = {side: one.folder for side, one in opened.items()}
    prompts = read_table(results / "prompts/miniature.parquet", "prompts")
    words = load_tokenizer(folders[BASE])
    loaded = _loaded(folders, PLAIN)
    stops = stop_token_ids(words, opened[BASE].stop_tokens)
    return Workload(pair, folders, *loaded, boundary, events, prompts, stops, max_new_tokens, batches)


@dataclass(frozen=True)
class Shape:
    """Sizes of a random Llama pair, and how many events of which lengths it is measured at."""

    width: int
    blocks: int
    heads: int
    inner: int
    vocabulary: int
    boundary: int
    events: int
    lengths: tuple[int, int]
    prompts: int
    max_new_tokens: int


W2 = Shape(1024, 16, 16, 3328, 32_000, 10, events=128, lengths=(20, 200), prompts=64, max_new_tokens=32)


@contextmanager
def random_llama(name: str, shape: Shape, *, batches: Mapping[str, Any], shards: str = "350MB") -> Iterator[Workload]:
    """Make a random Llama pair on disk (the tuned one is the base plus noise), in several shards, and load it."""
    rng = np.random.default_rng(0)
    words = train_tokenizer(["a small text that no one reads, 0123456789."], vocabulary=120)
    with TemporaryDirectory() as scratch:
        folders = {}
        for side in SIDES:
            folders[side] = Path(scratch) / side
            folders[side].mkdir()
            _random_model(shape, tuned=side == TUNED).save_pretrained(folders[side], max_shard_size=shards)
            words.save_pretrained(folders[side])
        lengths = np.linspace(*shape.lengths, shape.events).round().astype(int)
        drawn = [rng.integers(3, shape.vocabulary, length).tolist() for length in lengths]
        pairs = [rng.choice(np.arange(3, 110), 2, replace=False).tolist() for _ in lengths]
        events = pd.DataFrame(
            {
                "prompt_id": [f"e{place:03d}" for place in range(shape.events)],
                "context": drawn,
                "base_token": [pair[0] for pair in pairs],
                "tuned_token": [pair[1] for pair in pairs],
            }
        )
        texts = ["".join(rng.choice(list("abcdefgh "), rng.integers(*shape.lengths))) for _ in range(shape.prompts)]
        prompts = pd.DataFrame({"prompt_id": [f"p{place:03d}" for place in range(len(texts))], "text": texts})
        loaded = _loaded(folders, PLAIN)
        yield Workload(
            name, folders, *loaded, shape.boundary, events, prompts, frozenset(), shape.max_new_tokens, batches
        )


def _loaded(
    folders: Mapping[str, Path], place: Placement
) -> tuple[dict[str, PreTrainedModel], Any, dict[str, Readout]]:
    words = load_tokenizer(folders[BASE])
    models = {side: load_model(folder, place) for side, folder in folders.items()}
    return models, words, {side: readout_of(model, words) for side, model in models.items()}


@torch.no_grad()
def _random_model(shape: Shape, *, tuned: bool) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.blocks,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=512,
        tie_word_embeddings=False,
    )
    torch.manual_seed(0)
    model = LlamaForCausalLM(config).eval()
    if tuned:
        for weight in model.parameters():
            weight.add_(0.1 * weight.std() * torch.randn_like(weight))
    return model
