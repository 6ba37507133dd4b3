"""Greedy decoding of a batch with a key-value cache, with the model's own MLPs or others in their place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from crosspatch.measures.choices import among_real, gap, pick
from crosspatch.models.grafts import Mlps, placed

Under = Callable[[Sequence[int]], Mlps]
"""From rows that are run together, by their places among the prompts, to the MLPs that stand in the model meanwhile."""


def as_it_is(_rows: object) -> Mlps:
    """Put no MLP in the place of another."""
    return {}


@dataclass
class Continuation:
    """What one row picked: token ids, by how much each leads its runner-up in logits (0 at a tie), and why it ended."""

    tokens: list[int] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    stop_reason: str = "length"

    def take(self, token: int, lead: float, stops: frozenset[int]) -> None:
        """Add a pick; one of `stops` ends the row."""
        self.tokens.append(token)
        self.gaps.append(lead)
        if token in stops:
            self.stop_reason = "stop_token"


@torch.inference_mode()
def continue_greedily(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    *,
    real: Bool[Tensor, " vocabulary"],
    stops: frozenset[int],
    limit: int,
    padding: int,
    under: Under = as_it_is,
) -> list[Continuation]:
    """Continue each prompt by its `pick` among real tokens until a stop token or `limit` tokens.

    Prompts of one length run without a mask; others are padded on the left. Rows that have stopped leave the batch.
    The MLPs that `under` gives for the rows that are left read the prompt and every token after it, so that the cache
    is theirs too.
    """
    tokens, mask = left_padded(prompts, padding=padding, device=model.device)
    found = [Continuation() for _ in prompts]
    alive = list(range(len(prompts)))
    cache = DynamicCache(config=model.config.get_text_config())
    positions = positions_of(mask)
    for _ in range(limit):
        with placed(model, under(alive)):
            logits = among_real(_last_logits(model, tokens, mask, positions, cache), real)
        picks = pick(logits)
        chosen = picks.tolist()
        for row, token, lead in zip(alive, chosen, gap(logits).tolist(), strict=True):
            found[row].take(token, lead, stops)
        keep = [place for place, token in enumerate(chosen) if token not in stops]
        alive = [alive[place] for place in keep]
        if not alive:
            break
        if len(keep) < len(chosen):
            cache.batch_select_indices(torch.tensor(keep, device=model.device))
        tokens = picks[keep, None]
        if mask is not None and positions is not None:
            mask = torch.cat([mask[keep], torch.ones_like(tokens, dtype=torch.bool)], dim=1)
            positions = positions[keep, -1:] + 1
    return found


def left_padded(
    prompts: Sequence[Sequence[int]], *, padding: int, device: torch.device
) -> tuple[Int[Tensor, "row token"], Bool[Tensor, "row token"] | None]:
    """Return prompts as one tensor and its mask; no mask where all prompts have one length."""
    width = max(len(prompt) for prompt in prompts)
    rows = [[padding] * (width - len(prompt)) + list(prompt) for prompt in prompts]
    tokens = torch.tensor(rows, device=device)
    if all(len(prompt) == width for prompt in prompts):
        return tokens, None
    real = [[False] * (width - len(prompt)) + [True] * len(prompt) for prompt in prompts]
    return tokens, torch.tensor(real, device=device)


def positions_of(mask: Bool[Tensor, "row token"] | None) -> Int[Tensor, "row token"] | None:
    """Return the position of every token of a left-padded batch, 0 for padding; None without a mask."""
    return None if mask is None else mask.long().cumsum(-1).sub(1).clamp(min=0)


def _last_logits(
    model: PreTrainedModel,
    tokens: Int[Tensor, "row token"],
    mask: Bool[Tensor, "row context"] | None,
    positions: Int[Tensor, "row token"] | None,
    cache: DynamicCache,
) -> Float[Tensor, "row vocabulary"]:
    output = model(
        input_ids=tokens,
        attention_mask=mask,
        position_ids=positions,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    return output.logits[:, -1]
