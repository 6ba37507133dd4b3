"""Readout: final norm, unembedding and real-token mask of one checkpoint."""

import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.measures.choices import among_real
from crosspatch.models.loading import Part, Placement, load_part, text_stack
from crosspatch.models.tokens import real_token_mask

_ROWS = 8  # matrix libraries round a product of one or two rows differently from the same rows among others


@dataclass(frozen=True)
class Readout:
    """Turns last-block states into logits of one checkpoint; tokens outside `real` are never chosen.

    softcap: bound of the logits in families that squash them with tanh, else None.
    """

    norm: nn.Module
    unembedding: nn.Linear
    real: Bool[Tensor, " vocabulary"]
    softcap: float | None

    @torch.inference_mode()
    def logits(self, states: Float[Tensor, "*row d_model"]) -> Float[Tensor, "*row vocabulary"]:
        """Logits computed in the checkpoint's dtype, given in float32, -inf outside the real tokens.

        A few rows are read out as if they were more, so that a row's logits do not depend on how many there are.
        """
        rows = states.reshape(-1, states.shape[-1])
        enough = rows.repeat(-(-_ROWS // len(rows)), 1) if len(rows) < _ROWS else rows
        return self.unembedded(self.norm(enough))[: len(rows)].reshape(*states.shape[:-1], -1)

    @torch.inference_mode()
    def unembedded(self, normed: Float[Tensor, "row d_model"]) -> Float[Tensor, "row vocabulary"]:
        """Logits of states that have passed the final norm, from one product whatever the number of rows."""
        return among_real(self._capped(self.unembedding(normed)), self.real)

    def traced_logits(self, states: Float[Tensor, "row d_model"]) -> Float[Tensor, "row vocabulary"]:
        """Logits of all tokens in the checkpoint's dtype, with the graph by which a map before them is trained."""
        return self._capped(self.unembedding(self.norm(states)))

    @torch.inference_mode()
    def token_logits(
        self, states: Float[Tensor, "row d_model"], tokens: Int[Tensor, "row choice"]
    ) -> Float[Tensor, "row choice"]:
        """Logits of chosen tokens with norm and unembedding in float32."""
        normed = self._float32_norm(states.float())
        rows = self.unembedding.weight[tokens].float()  # [row, choice, d_model]
        logits = (normed[:, None, :] * rows).sum(-1)
        if self.unembedding.bias is not None:
            logits = logits + self.unembedding.bias[tokens].float()
        return self._capped(logits)

    @cached_property
    def _float32_norm(self) -> nn.Module:
        return copy.deepcopy(self.norm).float()

    def _capped(self, logits: Float[Tensor, "*row vocabulary"]) -> Float[Tensor, "*row vocabulary"]:
        return logits if self.softcap is None else self.softcap * torch.tanh(logits / self.softcap)


def readout_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Readout:
    """Return the readout of a loaded checkpoint."""
    return Readout(
        norm=text_stack(model).norm,
        unembedding=model.get_output_embeddings(),
        real=real_tokens_of(model, tokenizer),
        softcap=getattr(model.config.get_text_config(), "final_logit_softcapping", None),
    )


def load_readout(folder: Path, tokenizer: PreTrainedTokenizerBase, placement: Placement) -> Readout:
    """Load only final norm and unembedding (the embedding matrix, where the two are tied) from `folder`."""
    return readout_of(load_part(folder, Part(readout=True), placement), tokenizer)


def real_tokens_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Bool[Tensor, " vocabulary"]:
    """Return which logits of a loaded checkpoint belong to a token that can be chosen, where its unembedding is."""
    weight = model.get_output_embeddings().weight
    return real_token_mask(tokenizer, weight.shape[0]).to(weight.device)


def shared_tokens(left: Bool[Tensor, " left"], right: Bool[Tensor, " right"]) -> Bool[Tensor, " vocabulary"]:
    """Return which tokens both checkpoints can choose, of as many as the smaller unembedding has."""
    size = min(len(left), len(right))
    shared: Bool[Tensor, " vocabulary"] = left[:size] & right[:size]
    return shared
