"""What each published checkpoint is in small: its config.json with the relations that bite, its words, its files.

Widths are small and equal for speed; the depth of every family differs from all others. What `config.json` says is
spelt as the published files spell it (`torch_dtype`, `rope_theta`), not as today's library would write it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rehearsal.published_words import GEMMA, LLAMA, MISTRAL, OLMO, QWEN
from rehearsal.words import Words

WIDTH = 32
SPREAD = 0.3  # of random weights; with the published 0.02 a model of this width would be a constant


@dataclass(frozen=True)
class Published:
    """A checkpoint as its repository publishes it.

    config: of config.json, less what follows from the words; rows: of the embedding beyond the words (padding);
    dtype: of the file; shards: at least so many; others: files that are not to be fetched.
    """

    config: Mapping[str, Any]
    words: Words
    rows: int = 0
    dtype: str = "bfloat16"
    shards: int = 2
    others: tuple[str, ...] = ("README.md", "pytorch_model.bin")
    text: Mapping[str, Any] = field(default_factory=dict)  # of a multimodal config's text stack

    @property
    def blocks(self) -> int:
        """Depth of the text stack."""
        return int({**self.config, **self.text}["num_hidden_layers"])

    def but(self, **changes: Any) -> "Published":
        """Return the same with other fields."""
        return replace(self, **changes)


def _config(kind: str, architecture: str, blocks: int, heads: int, groups: int, **more: Any) -> dict[str, Any]:
    return {
        "model_type": kind,
        "architectures": [architecture],
        "hidden_size": WIDTH,
        "num_hidden_layers": blocks,
        "num_attention_heads": heads,
        "num_key_value_heads": groups,
        "intermediate_size": 2 * WIDTH,
        "initializer_range": SPREAD,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": False,
        "use_cache": True,
        **more,
    }


_ROPE_LLAMA = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
_FOUR = ("README.md", "original/consolidated.00.pth", "original/params.json")
LLAMA_BASE = Published(
    _config(
        *("llama", "LlamaForCausalLM", 6, 4, 1),
        max_position_embeddings=131072,
        rope_theta=500000.0,
        rope_scaling=_ROPE_LLAMA,
        attention_bias=False,
        mlp_bias=False,
        pretraining_tp=1,
    ),
    LLAMA,
    others=_FOUR,
)
MISTRAL_BASE = Published(
    _config(
        *("mistral", "MistralForCausalLM", 7, 4, 2),
        max_position_embeddings=32768,
        rope_theta=1000000.0,
        sliding_window=None,
        attention_dropout=0.0,
    ),
    MISTRAL,
    others=("README.md", "consolidated.safetensors", "params.json"),
)
OLMO_BASE = Published(
    _config(
        *("olmo2", "Olmo2ForCausalLM", 8, 4, 4),
        max_position_embeddings=4096,
        rope_theta=500000,
        rope_scaling=None,
        rms_norm_eps=1e-6,
        attention_bias=False,
    ),
    OLMO,
    rows=10,
    dtype="float32",
    shards=3,
)
QWEN3_BASE = Published(
    _config(
        *("qwen3", "Qwen3ForCausalLM", 9, 4, 1),
        head_dim=16,
        max_position_embeddings=32768,
        rope_theta=1000000,
        rope_scaling=None,
        tie_word_embeddings=True,
        attention_bias=False,
        sliding_window=None,
        use_sliding_window=False,
        max_window_layers=9,
    ),
    QWEN,
    rows=26,
)
QWEN25_BASE = Published(
    _config(
        *("qwen2", "Qwen2ForCausalLM", 12, 4, 1),
        max_position_embeddings=131072,
        rope_theta=1000000.0,
        sliding_window=131072,
        use_sliding_window=False,
        max_window_layers=12,
    ),
    QWEN,
    rows=38,
    shards=4,
)
_VISION = {
    "model_type": "siglip_vision_model",
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "image_size": 28,
    "patch_size": 14,
    "vision_use_head": False,
}
GEMMA_BASE = Published(
    {
        "model_type": "gemma3",
        "architectures": ["Gemma3ForConditionalGeneration"],
        "vision_config": _VISION,
        "mm_tokens_per_image": 4,
        "initializer_range": SPREAD,
    },
    GEMMA,
    rows=15,
    text={
        "model_type": "gemma3_text",
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "head_dim": 16,
        "num_hidden_layers": 11,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "initializer_range": SPREAD,
        "sliding_window": 8,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
        "query_pre_attn_scalar": 16,
    },
)

# By the repository of the base; a pair's tuned checkpoint is of its base's family.
BASES: Mapping[str, Published] = {
    "meta-llama/Llama-3.1-8B": LLAMA_BASE,
    "mistralai/Mistral-7B-v0.3": MISTRAL_BASE,
    "allenai/OLMo-2-1124-7B": OLMO_BASE,
    "Qwen/Qwen3-4B-Base": QWEN3_BASE,
    "Qwen/Qwen2.5-32B": QWEN25_BASE,
    "google/gemma-3-4b-pt": GEMMA_BASE,
}
_HERMES = {
    "reserved_special_token_2": "<|im_start|>",
    "reserved_special_token_3": "<|im_end|>",
    "reserved_special_token_4": "<tool_call>",
}
_TULU = LLAMA_BASE.but(words=LLAMA.extended("<pad>").ending("<|end_of_text|>", "<pad>"), rows=7)
_OLMO_TUNED = OLMO_BASE.but(dtype="bfloat16", shards=2)
# Tuned checkpoints that differ from their base in more than weights.
TUNED: Mapping[str, Published] = {
    "meta-llama/Llama-3.1-8B-Instruct": LLAMA_BASE.but(words=LLAMA.ending("<|eot_id|>")),
    "mistralai/Mistral-7B-Instruct-v0.3": MISTRAL_BASE,
    "allenai/OLMo-2-1124-7B-Instruct": _OLMO_TUNED,
    "allenai/OLMo-2-1124-7B-SFT": _OLMO_TUNED,
    "allenai/OLMo-2-1124-7B-DPO": _OLMO_TUNED,
    "Qwen/Qwen3-4B": QWEN3_BASE.but(
        words=QWEN.extended("<think>", "</think>").ending("<|im_end|>", "<|endoftext|>"), rows=24
    ),
    "Qwen/Qwen2.5-32B-Instruct": QWEN25_BASE.but(words=QWEN.ending("<|im_end|>", "<|endoftext|>")),
    "allenai/Llama-3.1-Tulu-3-8B-SFT": _TULU,
    "allenai/Llama-3.1-Tulu-3-8B-DPO": _TULU,
    # Beside its larger vocabulary, what a descendant may have: a copy of the weights in the maker's own layout.
    "allenai/Llama-3.1-Tulu-3-8B": _TULU.but(others=("README.md", "consolidated.safetensors")),
    "NousResearch/Hermes-3-Llama-3.1-8B": LLAMA_BASE.but(words=LLAMA.renamed(**_HERMES).ending("<|im_end|>")),
}
