"""Which tokens are forced: the two of an event, and two others that are matched with its base token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from crosspatch.experiments.forced_tokens.names import BRANCHES, CLASS, RANK
from crosspatch.measures.characters import kind_of_token
from crosspatch.measures.choices import pick
from crosspatch.models.tokens import token_text
from crosspatch.records.sides import BASE, SIDES, TUNED

NO_OTHER: Final = "no other token of the base token's kind"


@dataclass(frozen=True)
class Forceable:
    """Of every token of a vocabulary its text, the number of its kind, and whether it may be forced: a real token, not
    special, and alone what its text is encoded as.
    """

    texts: Sequence[str]
    kinds: Int[Tensor, " vocabulary"]
    allowed: Bool[Tensor, " vocabulary"]

    def why_not(self, tokens: Mapping[str, int]) -> str | None:
        """Return which of an event's tokens may not be forced, None if both may."""
        for side, token in tokens.items():
            if token >= len(self.texts) or not self.allowed[token]:
                return f"the {side} token is special, no real one, or not alone what its text is encoded as"
        return None


def forceable_tokens(tokenizer: PreTrainedTokenizerBase, real: Bool[Tensor, " vocabulary"]) -> Forceable:
    """Look through a vocabulary; `real` says which of its tokens can be chosen."""
    texts = [token_text(tokenizer, token) for token in range(len(real))]
    names: dict[str, int] = {}
    kinds = torch.tensor([names.setdefault(kind_of_token(text), len(names)) for text in texts])
    encoded = tokenizer(texts, add_special_tokens=False)["input_ids"]
    special = set(tokenizer.all_special_ids)
    own = torch.tensor([ids == [token] and token not in special for token, ids in enumerate(encoded)])
    return Forceable(texts, kinds.to(real.device), own.to(real.device) & real)


def matched_tokens(
    scores: Float[Tensor, "row vocabulary"],
    base: Int[Tensor, " row"],
    tuned: Int[Tensor, " row"],
    forceable: Forceable,
) -> tuple[Int[Tensor, " row"], Int[Tensor, " row"], Bool[Tensor, " row"]]:
    """Return the token whose ln p is nearest to that of the base token, the nearest one of the base token's kind, and
    whether there is such a one. Neither is one of the two; of equally near ones the lowest id counts.

    scores: ln p under the tuned checkpoint.
    """
    distance = (scores - scores.gather(1, base[:, None])).abs()
    open_ = forceable.allowed.repeat(len(scores), 1) & scores.isfinite()
    open_.scatter_(1, torch.stack([base, tuned], dim=1), False)
    near = (-distance).masked_fill(~open_, float("-inf"))
    alike = open_ & (forceable.kinds == forceable.kinds[base][:, None])
    return pick(near), pick(near.masked_fill(~alike, float("-inf"))), alike.any(1)


def chosen_rows(
    events: Sequence[Any], scores: Float[Tensor, "event vocabulary"], forceable: Forceable
) -> list[dict[str, Any]]:
    """Return a row per event and branch: its token, text and ln p in nats, or why it is not forced.

    events: rows with base_token and tuned_token, of which both may be forced.
    """
    sides = {side: torch.tensor([int(getattr(one, f"{side}_token")) for one in events]) for side in SIDES}
    base, tuned = (sides[side].to(scores.device) for side in (BASE, TUNED))
    rank, alike, has_alike = matched_tokens(scores, base, tuned, forceable)
    tokens = torch.stack([{TUNED: tuned, BASE: base, RANK: rank, CLASS: alike}[one] for one in BRANCHES], dim=1)
    found = zip(tokens.tolist(), scores.gather(1, tokens).tolist(), has_alike.tolist(), strict=True)
    return [
        {"prompt_id": event.prompt_id, "branch": branch}
        | (_none(NO_OTHER) if branch == CLASS and not has else _token(token, forceable.texts[token], score))
        for event, (own, values, has) in zip(events, found, strict=True)
        for branch, token, score in zip(BRANCHES, own, values, strict=True)
    ]


def unforced_rows(prompt_id: str, reason: str) -> list[dict[str, Any]]:
    """Return the rows of an event of which nothing is forced, for a reason."""
    return [{"prompt_id": prompt_id, "branch": branch, **_none(reason)} for branch in BRANCHES]


def _token(token: int, text: str, score: float) -> dict[str, Any]:
    return {"token": token, "text": text, "log_probability": score, "reason": None}


def _none(reason: str) -> dict[str, Any]:
    return {"token": None, "text": None, "log_probability": None, "reason": reason}
