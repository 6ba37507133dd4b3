"""How probable a checkpoint makes every token after some texts."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from transformers import PreTrainedModel

from crosspatch.measures.choices import among_real, log_probabilities
from crosspatch.models.decoding import left_padded, positions_of


@torch.inference_mode()
def next_log_probabilities(
    model: PreTrainedModel,
    texts: Sequence[Sequence[int]],
    *,
    real: Bool[Tensor, " vocabulary"],
    padding: int,
) -> Float[Tensor, "row vocabulary"]:
    """Return ln p of every token after each text, in float64 nats, among real tokens (others -inf)."""
    tokens, mask = left_padded(texts, padding=padding, device=model.device)
    places = {"attention_mask": mask, "position_ids": positions_of(mask)}
    output = model(input_ids=tokens, **places, use_cache=False, logits_to_keep=1)
    return log_probabilities(among_real(output.logits[:, -1], real))
