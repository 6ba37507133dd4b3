"""Stand-ins for published checkpoints: random weights, drawn by the repository's name, as files that a hub serves."""

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from safetensors.torch import load_file, save
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from crosspatch.workflow.config import pairs_of
from crosspatch.workflow.grafts import donors_of
from rehearsal.families import BASES, TUNED, Published
from rehearsal.words import make_tokenizer, tokenizer_files

STUDIES = (
    *("paper", "llama31_descendants", "olmo2_descendants", "llama31_consequences", "llama31_closure"),
    *("convergence_gap", "convergence_gap_grafts"),
)
LOUD = (
    1.5  # times their drawn size are the rows of the stop token and of the last token, so that some rollouts say them
)
NOISE = (
    0.01  # size of the difference between tuned and base weights, as a share of theirs: they part early, late or never
)
Files = dict[str, bytes]


def published(config: Mapping[str, Any], pair: str) -> dict[str, Published]:
    """Return what the checkpoints of a pair are, by repository.

    KeyError, naming the base and the remedy, if its family is not known here.
    """
    base, tuned = (config["checkpoints"][config["pairs"][pair][side]]["repo"] for side in ("base", "tuned"))
    if base not in BASES:
        raise KeyError(f"pair {pair!r}: tests/rehearsal/families.py has no row for {base!r}; add one to BASES")
    return {base: BASES[base], tuned: TUNED.get(tuned, BASES[base])}


def repositories(config: Mapping[str, Any], pairs: list[str]) -> dict[str, dict[str, Files]]:
    """Return the stand-ins of all checkpoints of some pairs as {repository: {pinned revision: files}}."""
    rows = config["checkpoints"].values()
    revisions = {row["repo"]: row["revision"] for row in rows if row["source"] == "hub"}
    served: dict[str, dict[str, Files]] = {}
    for pair in pairs:
        (base, of_base), *tuned = published(config, pair).items()
        for repo, description in ((base, of_base), *tuned):
            if repo not in served:
                parent = None if repo == base else (base, of_base)
                served[repo] = {revisions[repo]: dict(checkpoint_files(repo, description, parent))}
    return served


def all_pairs(config: Mapping[str, Any]) -> list[str]:
    """Return the pairs of the studies of released checkpoints, each once."""
    return list(dict.fromkeys(pair for study in STUDIES for pair in pairs_of(config, study)))


def donated_pairs(config: Mapping[str, Any], study: str) -> list[str]:
    """Return the pairs whose tuned checkpoints give MLPs to others of a study."""
    donors = donors_of(config, study)
    return [name for name, row in config["pairs"].items() if row["tuned"] in donors]


def checkpoint_files(
    repo: str, description: Published, parent: tuple[str, Published] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a checkpoint, drawn from nothing or, with a parent, near the parent's weights."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        model = _drawn(*(parent or (repo, description)), folder)
        if parent:
            _write_config(description, folder)
            with _drawing(repo):
                model.resize_token_embeddings(_size(description), mean_resizing=False)
            _move(model, seed=_seed(repo))
        _raise(model, description)
        model = model.to(getattr(torch, description.dtype))
        number = sum(weight.numel() * weight.element_size() for weight in model.state_dict().values())
        model.save_pretrained(folder, max_shard_size=number // description.shards)
        (folder / "generation_config.json").unlink(missing_ok=True)
        _write_config(description, folder)
        yield from ((path.name, path.read_bytes()) for path in sorted(folder.iterdir()))
        yield from tokenizer_files(description.words, chats=parent is not None).items()
        yield "generation_config.json", json.dumps(_generation(description), indent=2).encode()
        yield from ((other, _other(other, folder)) for other in description.others)


def config_json(description: Published) -> dict[str, Any]:
    """Return `config.json` as the repository publishes it."""
    said = {"vocab_size": _size(description), **_ids(description)}
    if not description.text:
        return {**description.config, **said, "torch_dtype": description.dtype, "transformers_version": "4.46.3"}
    image = make_tokenizer(description.words).token_to_id("<image_soft_token>")
    whole = {**description.config, "image_token_index": image, "eos_token_id": [1, said["eos_token_id"]]}
    text = {**description.text, "vocab_size": said["vocab_size"]}
    return {**whole, "text_config": text, "torch_dtype": description.dtype, "transformers_version": "4.50.0.dev0"}


def _size(description: Published) -> int:
    return make_tokenizer(description.words).get_vocab_size() + description.rows


def _ids(description: Published) -> dict[str, int | None]:
    words, tokenizer = description.words, make_tokenizer(description.words)
    named = {"bos_token_id": words.bos, "eos_token_id": words.eos}
    return {key: None if token is None else tokenizer.token_to_id(token) for key, token in named.items()}


def _generation(description: Published) -> dict[str, Any]:
    ids = _ids(description)
    return {**ids, "eos_token_id": [ids["eos_token_id"]], "do_sample": True, "temperature": 0.6, "top_p": 0.9}


def _write_config(description: Published, folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(config_json(description), indent=2), encoding="utf-8")


def _drawn(repo: str, description: Published, folder: Path) -> PreTrainedModel:
    _write_config(description, folder)
    config = AutoConfig.from_pretrained(folder)
    with _drawing(repo):
        return AutoModelForCausalLM.from_config(config, dtype=torch.float32)


@contextmanager
def _drawing(repo: str) -> Iterator[None]:
    """Draw as the repository's name says, whatever was drawn before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_seed(repo))
        yield


def _seed(repo: str) -> int:
    return zlib.crc32(repo.encode())


@torch.no_grad()
def _move(model: PreTrainedModel, *, seed: int) -> None:
    """Add noise to every weight, in place."""
    generator = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        size = weight.square().mean().sqrt().clamp(min=0.1)
        weight.add_(NOISE * size * torch.randn(weight.shape, generator=generator))


@torch.no_grad()
def _raise(model: PreTrainedModel, description: Published) -> None:
    tokenizer = make_tokenizer(description.words)
    for token in {tokenizer.token_to_id(description.words.eos), tokenizer.get_vocab_size() - 1}:
        model.get_output_embeddings().weight[token] *= LOUD


def _other(name: str, folder: Path) -> bytes:
    """A file that nobody should fetch: for `consolidated.safetensors` the whole weights once more, else anything."""
    if not name.endswith(".safetensors"):
        return b"not to be fetched\n"
    weights = {key: tensor for path in sorted(folder.glob("*.safetensors")) for key, tensor in load_file(path).items()}
    return save({key.removeprefix("model."): tensor for key, tensor in weights.items()})
