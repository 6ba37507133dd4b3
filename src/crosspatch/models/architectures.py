"""What the engine must know of each transformers model type; `verify_pair` checks every row by effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from transformers import PretrainedConfig

from crosspatch.errors import CheckpointError

LAYER_TYPES = frozenset({"full_attention", "sliding_attention"})  # of blocks that a half can be cut from


@dataclass(frozen=True)
class Architecture:
    """One row.

    stack: path of the text stack, the module that holds `embed_tokens`, `layers` and `norm`.
    mlp_update: submodule of a block whose output is what the MLP adds to the residual stream; post-norm
        families normalise the MLP's output first.
    load_options: arguments of `from_pretrained` without which a batch would not equal its rows.
    """

    stack: str = "model"
    mlp_update: str = "mlp"
    load_options: Mapping[str, Any] = field(default_factory=dict)


ARCHITECTURES: Mapping[str, Architecture] = {
    "llama": Architecture(),
    "mistral": Architecture(),
    "qwen2": Architecture(),
    "qwen3": Architecture(),
    "olmo2": Architecture(mlp_update="post_feedforward_layernorm"),
    "gemma3_text": Architecture(mlp_update="post_feedforward_layernorm"),
    "gemma3": Architecture(stack="model.language_model", mlp_update="post_feedforward_layernorm"),
    # Grouped expert kernels add tokens in an order that depends on the batch; one product per expert does not.
    "deepseek_v2": Architecture(load_options={"experts_implementation": "batched_mm"}),
}


def architecture_of(model_type: str) -> Architecture:
    """Return the row of a transformers model type; CheckpointError if there is none."""
    try:
        return ARCHITECTURES[model_type]
    except KeyError:
        raise CheckpointError(
            f"model type {model_type!r} has no row in models/architectures.py (known: {sorted(ARCHITECTURES)}); "
            "docs/adding.md says how to add one"
        ) from None


def check_blocks(name: str, config: PretrainedConfig) -> None:
    """CheckpointError if the engine cannot run the blocks of checkpoint `name`: an unknown model type or layer type."""
    try:
        architecture_of(config.model_type)
    except CheckpointError as error:
        raise CheckpointError(f"checkpoint {name!r}: {error}") from error
    for index, kind in enumerate(getattr(config.get_text_config(), "layer_types", None) or []):
        if kind not in LAYER_TYPES:
            raise CheckpointError(
                f"checkpoint {name!r}: block {index} is of layer type {kind!r}, which the engine cannot cut (it can: "
                f"{sorted(LAYER_TYPES)}); leave its pairs out of the study"
            )
