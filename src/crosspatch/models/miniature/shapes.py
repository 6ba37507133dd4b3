"""Which transformers classes a miniature can be, and how its shape is spelt in each one's config."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from transformers import AutoConfig, PretrainedConfig


@dataclass(frozen=True)
class Shape:
    """Size of a miniature: hidden width, blocks, attention heads, key-value heads, MLP width, longest context."""

    width: int
    blocks: int
    heads: int
    key_value_heads: int
    mlp_width: int
    context: int
    vocabulary: int


@dataclass(frozen=True)
class Architecture:
    """One row: the transformers model type and what its config needs beyond the common shape."""

    model_type: str
    full_heads: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


ARCHITECTURES = {
    "llama": Architecture("llama"),
    "qwen3": Architecture("qwen3", extra={"head_dim": 16}),
    "mistral": Architecture("mistral", extra={"sliding_window": 32}),
    "olmo2": Architecture("olmo2", full_heads=True),
    "qwen2": Architecture("qwen2"),
    "gemma3": Architecture(
        "gemma3_text",
        extra={"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 32, "sliding_window_pattern": 3},
    ),
    "deepseek": Architecture(
        "deepseek_v2",
        full_heads=True,
        extra={
            "q_lora_rank": None,
            "kv_lora_rank": 32,
            "qk_nope_head_dim": 16,
            "qk_rope_head_dim": 16,
            "v_head_dim": 16,
            "n_routed_experts": 4,
            "n_shared_experts": 1,
            "num_experts_per_tok": 2,
            "moe_intermediate_size": 64,
            "first_k_dense_replace": 1,
            "n_group": 1,
            "topk_group": 1,
        },
    ),
}


def miniature_config(architecture: str, shape: Shape, *, initializer_range: float) -> PretrainedConfig:
    """Return the transformers config of a miniature; END (id 0) opens and closes, PADDING is id 1."""
    row = ARCHITECTURES[architecture]
    return AutoConfig.for_model(
        row.model_type,
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        num_hidden_layers=shape.blocks,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads if row.full_heads else shape.key_value_heads,
        intermediate_size=shape.mlp_width,
        max_position_embeddings=shape.context,
        initializer_range=initializer_range,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=1,
        tie_word_embeddings=row.model_type == "gemma3_text",
        use_cache=True,
        **row.extra,
    )
