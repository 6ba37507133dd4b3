"""Tiny pairs of every architecture (Gemma 3 also as a multimodal class), and the factorial without Snakemake."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, settings
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import AutoModelForCausalLM, Gemma3Config, PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

from crosspatch.experiments.divergence.first_divergences import find_first_divergences
from crosspatch.files.saving import save_checkpoint
from crosspatch.files.states import StateFile, write_states
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.assembly import assemble_cells
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import capture_boundary_states, measure_late_cells
from crosspatch.jobs.rollouts import roll_out_prompts
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.miniature.shapes import ARCHITECTURES, Shape, miniature_config
from crosspatch.models.miniature.tokenizer import train_tokenizer
from crosspatch.models.readout import load_readout
from crosspatch.models.tokens import load_tokenizer
from crosspatch.models.vocabulary import load_vocabulary
from crosspatch.records.sides import BASE, SIDES, TUNED
from perturbed_weights import perturbed

pytest_plugins = ["smoke_runs", "readings", "coarse_pairs", "finished_tables", "drawn_figures", "cells_by_hand"]

SENTENCES = [
    *("Mira lives in Tolo and works as a baker.", "Question: What is 2 plus 3?\nAnswer: 5"),
    *("List three fruits: apples, pears, plums.", "The capital of Varia is Lund."),
]
TEXTS = [
    *("2 plus 3", "4 plus 1", "5 plus 5", "7 plus 0"),  # of one length, as are the next three
    *("Question: What is 2 plus 3?", "Question: What is 4 plus 1?", "Question: What is 9 plus 5?"),
    *("Mira", "The capital of Varia is", "List three fruits: apples, pears,"),
]
MULTIMODAL = "gemma3_multimodal"
EVERY_ARCHITECTURE = [*ARCHITECTURES, MULTIMODAL]
BLOCKS, BOUNDARY, WIDTH = 5, 3, 32
SEEDS = {MULTIMODAL: 8}  # of the tuned checkpoint, if not 1: there are events at step 0, and two of one length
# Windows shorter than the contexts, on blocks where a late half that forgot to slice its layer types would differ.
SLIDING, FULL = "sliding_attention", "full_attention"
GEMMA = {"sliding_window": 8, "layer_types": [SLIDING, FULL, SLIDING, FULL, SLIDING]}
PLACEMENT = Placement(device="cpu", dtype="checkpoint", attention="sdpa")
EXACT = {"plan": "exact", "tokens": 128}
torch.set_num_threads(1)
# No time is asserted: a slow machine fails no test.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@dataclass(frozen=True)
class Pair:
    """A base and a tuned checkpoint folder, and the events found between them."""

    name: str
    folders: Mapping[str, Path]
    boundary: int
    rollouts: Mapping[str, pd.DataFrame]
    events: pd.DataFrame
    dtype: str = "float32"

    @property
    def usable(self) -> pd.DataFrame:
        """Events that cells are measured at."""
        return self.events[self.events["usable"]]


@pytest.fixture(scope="session", params=EVERY_ARCHITECTURE)
def architecture(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def placement() -> Placement:
    return PLACEMENT


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(SENTENCES * 3, vocabulary=140)


@pytest.fixture(scope="session")
def make_word_tokenizer() -> Callable[..., PreTrainedTokenizerFast]:
    """Return a function that makes a tokenizer of whole words from {word: id}; unknown words are `a`."""

    def make(vocabulary: Mapping[str, int], *, end: str | None = None) -> PreTrainedTokenizerFast:
        return PreTrainedTokenizerFast(tokenizer_object=Tokenizer(WordLevel(dict(vocabulary), "a")), eos_token=end)

    return make


@pytest.fixture(scope="session")
def prompts() -> pd.DataFrame:
    described = {"category": "facts", "source": "written", "template": "raw"}
    return pd.DataFrame([{"prompt_id": f"p{place:02d}", **described, "text": text} for place, text in enumerate(TEXTS)])


@pytest.fixture(scope="session")
def make_model(tokenizer: PreTrainedTokenizerFast) -> Callable[..., PreTrainedModel]:
    """Return a function that makes a random model; `changes` are attributes of its config."""

    def make(architecture: str, *, seed: int = 0, vocabulary: int | None = None, **changes: Any) -> PreTrainedModel:
        shape = Shape(WIDTH, BLOCKS, 2, 1, 2 * WIDTH, 128, vocabulary or len(tokenizer))
        row = "gemma3" if architecture == MULTIMODAL else architecture
        config = miniature_config(row, shape, initializer_range=0.3)
        for name, value in ((GEMMA if row == "gemma3" else {}) | changes).items():
            setattr(config, name, value)
        torch.manual_seed(seed + EVERY_ARCHITECTURE.index(architecture))
        return AutoModelForCausalLM.from_config(multimodal(config) if architecture == MULTIMODAL else config).eval()

    return make


def multimodal(text: PretrainedConfig) -> Gemma3Config:
    """Return the config of a model with `text` as text stack and a vision tower of one block; no id is an image's."""
    sizes = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "image_size", "patch_size")
    vision = dict(zip(sizes, (16, 16, 1, 1, 28, 14), strict=True)) | {"vision_use_head": False}
    ids = {"image_token_index": 900, "mm_tokens_per_image": 4}
    return Gemma3Config(text_config=text.to_dict(), vision_config=vision, **ids)


@pytest.fixture(scope="session")
def save_model(tokenizer: PreTrainedTokenizerFast, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that saves a model as a checkpoint and returns its folder."""

    def save(model: PreTrainedModel, name: str = "model") -> Path:
        folder = tmp_path_factory.mktemp(name)
        save_checkpoint(model, tokenizer, folder, name=name, origin={"source": "pretraining"}, card="A test.\n")
        return folder

    return save


@pytest.fixture(scope="session")
def table_round_trip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[pd.DataFrame, str], pd.DataFrame]:
    """Return a function that writes a table and reads it back, as every stage does."""
    folder = tmp_path_factory.mktemp("tables")

    def round_trip(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
        write_table(frame, folder / f"{kind}.parquet", kind)
        return read_table(folder / f"{kind}.parquet", kind)

    return round_trip


@pytest.fixture(scope="session")
def find_events(
    prompts: pd.DataFrame, table_round_trip: Callable[..., pd.DataFrame]
) -> Callable[..., tuple[dict[str, pd.DataFrame], pd.DataFrame]]:
    """Return a function from checkpoint folders by side to rollouts by side and events."""

    def find(name: str, folders: Mapping[str, Path]) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
        rollouts, sides = {}, []
        for side in SIDES:
            words = load_vocabulary(folders[side], [])
            sides.append(words)
            model = load_model(folders[side], PLACEMENT)
            table = roll_out_prompts(
                model, words.tokenizer, prompts, stops=words.stops, max_new_tokens=6, batches=EXACT
            )
            rollouts[side] = table_round_trip(table, "rollouts")
        events = find_first_divergences(name, prompts, rollouts[BASE], rollouts[TUNED], sides=tuple(sides))
        return rollouts, table_round_trip(events, "events")

    return find


@pytest.fixture(scope="session")
def make_pair(
    make_model: Callable[..., PreTrainedModel], save_model: Callable[..., Path], find_events: Callable[..., Any]
) -> Callable[[str], Pair]:
    """Return a function that makes the pair of an architecture, once."""
    made: dict[str, Pair] = {}

    def make(architecture: str) -> Pair:
        if architecture not in made:
            base = make_model(architecture)
            folders = {BASE: save_model(base, f"{architecture}_base")}
            tuned = perturbed(base, seed=SEEDS.get(architecture, 1), share=0.15)
            folders[TUNED] = save_model(tuned, f"{architecture}_tuned")
            made[architecture] = Pair(architecture, folders, BOUNDARY, *find_events(architecture, folders))
        return made[architecture]

    return make


@pytest.fixture(scope="session")
def pair(architecture: str, make_pair: Callable[[str], Pair]) -> Pair:
    return make_pair(architecture)


@pytest.fixture(scope="session")
def llama(make_pair: Callable[[str], Pair]) -> Pair:
    return make_pair("llama")


@pytest.fixture(scope="session")
def measure(
    tmp_path_factory: pytest.TempPathFactory, table_round_trip: Callable[..., pd.DataFrame]
) -> Callable[..., pd.DataFrame]:
    """Return a function that runs the factorial: boundary states, late cells of both sides, assembled cells."""

    def run(
        folders: Mapping[str, Path], events: pd.DataFrame, boundary: int, batches: Mapping[str, Any] = EXACT
    ) -> pd.DataFrame:
        usable = events[events["usable"]]
        planned = plan_batches(usable["context"].map(len).tolist(), **batches)
        files = tmp_path_factory.mktemp("states")
        for side in SIDES:
            half = load_upstream(folders[side], boundary, PLACEMENT)
            write_states(capture_boundary_states(half, usable, planned, device="cpu"), files / side)
        tables = (_late_table(folders, side, files, usable, planned, boundary) for side in SIDES)
        tables = [table_round_trip(table, "late_cells") for table in tables]
        return table_round_trip(assemble_cells(events["pair"].iloc[0], events, tables), "cells")

    return run


def _late_table(
    folders: Mapping[str, Path],
    late: str,
    files: Path,
    usable: pd.DataFrame,
    planned: Sequence[list[int]],
    boundary: int,
) -> pd.DataFrame:
    readouts = {side: load_readout(folders[side], load_tokenizer(folders[side]), PLACEMENT) for side in SIDES}
    half = load_late(folders[late], boundary, PLACEMENT)
    with StateFile(files / BASE) as from_base, StateFile(files / TUNED) as from_tuned:
        states = {BASE: from_base, TUNED: from_tuned}
        return measure_late_cells(half, late, states, readouts, usable, planned, device="cpu")
