"""Distributions over next tokens and how far two of them are apart, in nats, over all of the vocabulary."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

_LEAST = -1e30  # log probability of an impossible token: finite, so that two of them differ by nothing
_TINY = torch.finfo(torch.float32).tiny


@dataclass(frozen=True)
class Distribution:
    """Softmax of logits in float32, a row each.

    logs: natural logarithms, -1e30 where a token is impossible; entropy: in nats.
    """

    logs: Float[Tensor, "row vocabulary"]
    chances: Float[Tensor, "row vocabulary"]
    entropy: Float[Tensor, " row"]


@dataclass(frozen=True)
class Distances:
    """Between p and q, in nats: KL(p || q), KL(q || p), and the Jensen-Shannon divergence, log(2) at most."""

    forward: Float[Tensor, " row"]
    backward: Float[Tensor, " row"]
    js: Float[Tensor, " row"]


def distribution_of(logits: Float[Tensor, "row vocabulary"]) -> Distribution:
    """Return softmax(logits) per row; -inf logits have no probability and add nothing to any quantity."""
    logs = logits - logits.amax(-1, keepdim=True)
    chances = logs.exp()
    total = chances.sum(-1, keepdim=True)
    chances /= total
    logs.sub_(total.log()).clamp_(min=_LEAST)
    return Distribution(logs, chances, _entropy(chances))


def kl(left: Float[Tensor, "row vocabulary"], right: Float[Tensor, "row vocabulary"]) -> Float[Tensor, " row"]:
    """Return KL(left || right) from two tables of finite log probabilities; what rounding puts below 0 is 0."""
    return (left.exp() * (left - right)).sum(-1).clamp(min=0)


def distances(p: Distribution, q: Distribution) -> Distances:
    """Return both Kullback-Leibler divergences and that of Jensen and Shannon, H((p + q) / 2) - (H(p) + H(q)) / 2.

    The first two are `kl` in less room. Of equal distributions all are 0 exactly. What rounding takes below 0, or above
    log(2), is put there.
    """
    js = jensen_shannon(p, q)
    apart = p.logs - q.logs
    forward, backward = (p.chances * apart).sum(-1), -apart.mul_(q.chances).sum(-1)
    return Distances(forward.clamp(min=0), backward.clamp(min=0), js)


def jensen_shannon(p: Distribution, q: Distribution) -> Float[Tensor, " row"]:
    """Return the divergence of Jensen and Shannon alone, as `distances` does."""
    js = _entropy((p.chances + q.chances).mul_(0.5)) - (p.entropy + q.entropy) / 2
    return js.clamp(0, math.log(2))


def _entropy(chances: Float[Tensor, "row vocabulary"]) -> Float[Tensor, " row"]:
    return -chances.clamp(min=_TINY).log_().mul_(chances).sum(-1)
