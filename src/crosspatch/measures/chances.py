"""Scales of a choice that do not depend on the size of logits: odds and probabilities."""

import numpy as np
from jaxtyping import Float
from scipy import special


def log_odds(log_probability: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """Return log(p / (1 - p)) of natural log p, in nats; exact to rounding near p = 0 and near p = 1.

    Of two tokens that are all of the vocabulary, the log odds of one are its logit minus the other's.
    """
    with np.errstate(divide="ignore"):  # p that rounds to 1 has infinite log odds
        rest = np.where(
            log_probability > -np.log(2.0), np.log(-np.expm1(log_probability)), np.log1p(-np.exp(log_probability))
        )
    odds: Float[np.ndarray, " row"] = log_probability - rest
    return odds


def two_token_probability(margin: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """Return the tuned token's probability if it and the base token were the only ones, from the margin in logits."""
    probability: Float[np.ndarray, " row"] = special.expit(margin)
    return probability
