"""Pretrain an adapter on documents of the miniature world or of a corpus, and merge it (rule pretrain_adapter)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.stages.adapters import adapt_to_domain, save_adapter
from crosspatch.experiments.stages.domains import domain_of
from crosspatch.jobs.binding import bind
from crosspatch.jobs.parent import open_placed
from crosspatch.jobs.texts import read_texts
from crosspatch.jobs.trained import Trained, save_trained
from crosspatch.models.engine import engine_of
from crosspatch.models.loading import Placement
from crosspatch.models.miniature.card import MINIATURE
from crosspatch.models.miniature.training import cast_weights

CONTROL = "A control: what training of its base does that is not instruction tuning (arXiv 2605.07284, table F.1b)."


def main(
    *,
    base: Path,
    documents: Path,
    manifest: Path,
    losses: Path,
    weights: Path,
    adapter: Path,
    adapter_config: Path,
    name: str,
    checkpoint: Mapping[str, Any],
    settings: Mapping[str, Any],
    dtype: str,
    placement: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Train the adapter, save it beside the checkpoint, merge it into the weights, and save these."""
    parent = open_placed(base, Placement(**placement))
    words, model = parent.tokenizer, parent.model
    stored = str(model.dtype).removeprefix("torch.") if dtype == "checkpoint" else dtype
    domain = domain_of(read_texts([documents]), checkpoint)
    engine = engine_of(model)
    adapted, curve = adapt_to_domain(model, domain, words, settings=settings, seed=checkpoint["seed"])
    save_adapter(adapted, adapter.parent, parent.name)
    merged = cast_weights(adapted.merge_and_unload(), stored)
    description = f"{parent.name} with a merged low-rank adapter, pretrained on {domain.words}."
    origin = {**checkpoint, **parent.handed_down()}
    about = CONTROL if "corpus" in checkpoint else MINIATURE
    trained = Trained(name, description, origin, settings, stored, curve, about=about)
    save_trained(merged, words, weights.parent, trained, losses=losses, engine=engine, note=provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
