"""What the contenders are timed on: a loaded pair, its readouts and events."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table
from crosspatch.jobs.batching import Batch, plan_batches
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

    @property
    def device(self) -> str:
        """Where the weights are."""
        return str(self.models[BASE].device)

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
    """Sizes of a random pair, and how many events of which lengths it is measured at.

    key_value_heads: as many as heads if 0.
    """

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
    key_value_heads: int = 0
    model_type: str = "llama"


W2 = Shape(1024, 16, 16, 3328, 32_000, 10, events=128, lengths=(20, 200), prompts=64, max_new_tokens=32)


@contextmanager
def random_llama(name: str, shape: Shape, *, batches: Mapping[str, Any], shards: str = "350MB") -> Iterator[Workload]:
    """Make a random Llama pair on disk (the tuned one is the base plus noise), in several shards, and load it."""
    with TemporaryDirectory() as scratch:
        folders = {}
        for side in SIDES:
            folders[side] = Path(scratch) / side
            folders[side].mkdir()
            _random_model(shape, tuned=side == TUNED).save_pretrained(folders[side], max_shard_size=shards)
            _words().save_pretrained(folders[side])
        loaded = _loaded(folders, PLAIN)
        given = random_rows(shape)
        yield Workload(name, folders, *loaded, shape.boundary, *given, frozenset(), shape.max_new_tokens, batches)


def random_pair(name: str, shape: Shape, *, device: str, dtype: torch.dtype, batches: Mapping[str, Any]) -> Workload:
    """Make a random pair on the device and nowhere else; its sides share all weights but those of two blocks.

    The first and the last block of the tuned side are the base's plus noise, so that both halves differ; a pass costs
    what it would with weights of its own, and two checkpoints need little more room than one.
    """
    torch.manual_seed(0)
    with torch.device(device):
        base = AutoModelForCausalLM.from_config(_config(shape), dtype=dtype).eval()
    blocks = base.model.layers
    own = {id(weight) for block in (blocks[0], blocks[-1]) for weight in block.parameters()}
    tuned = copy.deepcopy(base, {id(weight): weight for weight in base.parameters() if id(weight) not in own})
    for block in (tuned.model.layers[0], tuned.model.layers[-1]):
        _add_noise(block)
    models, words = {BASE: base, TUNED: tuned}, _words()
    readouts = {side: readout_of(model, words) for side, model in models.items()}
    loaded = (models, words, readouts)
    return Workload(name, {}, *loaded, shape.boundary, *random_rows(shape), frozenset(), shape.max_new_tokens, batches)


def without_mask(work: Workload) -> Workload:
    """Return the workload with every logit that of a real token, though its small tokenizer has no string for most."""
    readouts = {side: replace(one, real=torch.ones_like(one.real)) for side, one in work.readouts.items()}
    return replace(work, readouts=readouts)


def random_rows(shape: Shape) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return events and prompts of a shape."""
    rng = np.random.default_rng(0)
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
    described = {"category": "random", "source": "random", "template": "raw", "text": texts}
    return events, pd.DataFrame({"prompt_id": [f"p{place:03d}" for place in range(len(texts))], **described})


def _words() -> PreTrainedTokenizerFast:
    return train_tokenizer(["a small text that no one reads, 0123456789."], vocabulary=120)


def _loaded(
    folders: Mapping[str, Path], place: Placement
) -> tuple[dict[str, PreTrainedModel], Any, dict[str, Readout]]:
    words = load_tokenizer(folders[BASE])
    models = {side: load_model(folder, place) for side, folder in folders.items()}
    return models, words, {side: readout_of(model, words) for side, model in models.items()}


def _random_model(shape: Shape, *, tuned: bool) -> PreTrainedModel:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(_config(shape)).eval()
    if tuned:
        _add_noise(model)
    return model


@torch.no_grad()
def _add_noise(module: nn.Module) -> None:
    for weight in module.parameters():
        weight.add_(0.1 * weight.float().std().to(weight.dtype) * torch.randn_like(weight))


def _config(shape: Shape) -> PretrainedConfig:
    return AutoConfig.for_model(
        shape.model_type,
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.blocks,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads or shape.heads,
        max_position_embeddings=512,
        tie_word_embeddings=False,
    )
