"""Pretrain an adapter of a miniature on documents of some kinds, and merge it (rule pretrain_adapter)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.stages.adapters import documents_of, save_adapter, train_adapter
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.parent import open_parent
from crosspatch.jobs.trained import Trained, save_trained
from crosspatch.models.engine import engine_of
from crosspatch.models.miniature.training import cast_weights


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
    kernels: str,
    provenance: Mapping[str, Any],
) -> None:
    """Train the adapter, save it beside the checkpoint, merge it into the weights, and save these."""
    parent = open_parent(base, kernels)
    words, model = parent.tokenizer, parent.model
    domain = documents_of(read_table(documents, "documents"), checkpoint["kinds"])
    engine = engine_of(model)
    adapted, curve = train_adapter(model, domain, words, settings=settings, seed=checkpoint["seed"])
    save_adapter(adapted, adapter.parent, parent.name)
    merged = cast_weights(adapted.merge_and_unload(), dtype)
    kinds = " and ".join(checkpoint["kinds"])
    description = f"{parent.name} with a merged low-rank adapter, pretrained on {kinds} of the miniature world."
    trained = Trained(name, description, checkpoint, settings, dtype, curve)
    save_trained(merged, words, weights.parent, trained, losses=losses, engine=engine, note=provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
