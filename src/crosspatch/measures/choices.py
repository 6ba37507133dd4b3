"""What a row of logits chooses, and how decidedly."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

_GROUP = 128  # tokens of a group that are looked through together


def among_real(
    logits: Float[Tensor, "*row vocabulary"], real: Bool[Tensor, " vocabulary"]
) -> Float[Tensor, "*row vocabulary"]:
    """Logits in float32, -inf outside the real tokens: what picks, gaps and ranks are taken of.

    The given logits are given up: float32 ones are changed in place, since a whole vocabulary is large.
    """
    return logits.float().masked_fill_(~real, float("-inf"))


def pick(logits: Float[Tensor, "*row vocabulary"]) -> Int[Tensor, "*row"]:
    """Token that greedy decoding picks: of the largest logits of a row, that with the lowest token id.

    torch.argmax is documented to return the first of several maxima, whatever the device; topk promises no order.
    """
    return logits.argmax(-1)


def gap(logits: Float[Tensor, "*row vocabulary"]) -> Float[Tensor, "*row"]:
    """Largest logit less the second largest, in logits; 0 at a tie."""
    largest, second = logits.topk(2, dim=-1).values.unbind(-1)
    return largest - second


def best_of(
    logits: Float[Tensor, "row vocabulary"], count: int
) -> tuple[Int[Tensor, "row count"], Float[Tensor, "row count"]]:
    """Token ids of the `count` largest logits of a row, the largest first and tied ones by their ids, and these logits.

    At least so many must be finite. The first is the `pick`. The vocabulary is gone through once, for the largest logit
    of every group of tokens; each of the best is then looked for in one group only. The logits are changed meanwhile,
    and are what they were after it.
    """
    whole = logits.shape[1] // _GROUP * _GROUP
    largest = [logits[:, :whole].view(len(logits), -1, _GROUP).amax(2)] if whole else []
    largest += [logits[:, whole:].amax(1, keepdim=True)] if whole < logits.shape[1] else []
    groups = torch.cat(largest, dim=1)
    within = torch.arange(_GROUP, device=logits.device)
    found: list[Tensor] = []
    values: list[Tensor] = []
    for _ in range(count):
        group = pick(groups)[:, None]
        members = (group * _GROUP + within).clamp(max=logits.shape[1] - 1)
        inside = logits.gather(1, members)
        found.append(members.gather(1, pick(inside)[:, None]))
        values.append(logits.gather(1, found[-1]))
        logits.scatter_(1, found[-1], float("-inf"))
        groups.scatter_(1, group, logits.gather(1, members).amax(1, keepdim=True))
    ids, best = torch.cat(found, dim=1), torch.cat(values, dim=1)
    logits.scatter_(1, ids, best)
    return ids, best


def rank_of(logits: Float[Tensor, "row vocabulary"], tokens: Int[Tensor, " row"]) -> Int[Tensor, " row"]:
    """Rank of one token per row; 1 is the pick, and tied tokens rank by their ids."""
    chosen, ids = logits.gather(1, tokens[:, None]), torch.arange(logits.shape[1], device=logits.device)
    ahead = (logits > chosen) | ((logits == chosen) & (ids < tokens[:, None]))
    return ahead.sum(-1) + 1


def log_probabilities(logits: Float[Tensor, "row vocabulary"]) -> Float[Tensor, "row vocabulary"]:
    """Natural logarithm of softmax(logits) per row in float64; -inf logits stay impossible."""
    return torch.log_softmax(logits.double(), dim=-1)


def entropy(log_probabilities: Float[Tensor, "row vocabulary"]) -> Float[Tensor, " row"]:
    """Entropy of a distribution per row, in nats, from 0 to log(vocabulary)."""
    terms: Tensor = torch.special.entr(log_probabilities.exp())
    return terms.sum(-1).float()


def margin(tuned_logit: Float[Tensor, " row"], base_logit: Float[Tensor, " row"]) -> Float[Tensor, " row"]:
    """Logit of the tuned token minus logit of the base token, in logits (arXiv 2605.07284, section 2)."""
    return tuned_logit - base_logit
