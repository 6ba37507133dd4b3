"""What a row of logits chooses, and how decidedly."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def rank_of(logits: Float[Tensor, "row vocabulary"], tokens: Int[Tensor, " row"]) -> Int[Tensor, " row"]:
    """Rank of one token per row; 1 is the largest logit, ties share the better rank."""
    chosen = logits.gather(1, tokens[:, None])
    larger = (logits > chosen).sum(-1)
    return larger + 1


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
