"""Frozen checkpoints for lenses: tiny models, and a toy whose right lens is known."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from crosspatch.experiments.lenses.passes import Frozen, Row, frozen
from crosspatch.models.lens import Lens
from crosspatch.models.readout import Readout

BLOCKS, WIDTH, VOCABULARY = 3, 6, 24


@dataclass(frozen=True)
class Toy:
    """A checkpoint whose blocks are affine maps of the state, and the lens that is right: those of the blocks after."""

    checkpoint: Frozen
    lens: Lens


class Affine(nn.Module):
    """A block that returns h + W h + c."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return the moved states."""
        return states + states @ self.weight.T + self.bias


class Stack(nn.Module):
    """Embedding and blocks, called as the stacks of transformers are."""

    def __init__(self, embedding: torch.Tensor, blocks: list[Affine]) -> None:
        super().__init__()
        self.embedding, self.blocks = embedding, blocks

    def forward(self, input_ids: torch.Tensor, **_: object) -> SimpleNamespace:
        """Return the states after the last block."""
        states = self.embedding[input_ids]
        for block in self.blocks:
            states = block(states)
        return SimpleNamespace(last_hidden_state=states)


def right_lens(blocks: list[Affine]) -> Lens:
    """Compose the maps of the blocks after each one."""
    weights, biases = [], []
    for block in range(len(blocks)):
        matrix, shift = torch.eye(WIDTH), torch.zeros(WIDTH)
        for later in blocks[block + 1 :]:
            step = torch.eye(WIDTH) + later.weight
            matrix, shift = step @ matrix, step @ shift + later.bias
        weights.append(matrix - torch.eye(WIDTH))
        biases.append(shift)
    return Lens(torch.stack(weights), torch.stack(biases))


@pytest.fixture
def toy() -> Toy:
    generator = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    blocks = [Affine(0.3 * draw(WIDTH, WIDTH), 0.5 * draw(WIDTH)) for _ in range(BLOCKS)]
    unembedding = nn.Linear(WIDTH, VOCABULARY, bias=False).requires_grad_(requires_grad=False)
    unembedding.weight.copy_(draw(VOCABULARY, WIDTH))
    readout = Readout(nn.Identity(), unembedding, torch.ones(VOCABULARY, dtype=torch.bool), None)
    stack = Stack(draw(VOCABULARY, WIDTH), blocks)
    checkpoint = Frozen(stack, blocks, readout, torch.tensor([], dtype=torch.long), 0)
    return Toy(checkpoint, right_lens(blocks))


@pytest.fixture
def make_rows():
    """Return a function that draws rows of different lengths, read from their second token on."""

    def make(count: int, vocabulary: int, *, seed: int = 0, longest: int = 9) -> list[Row]:
        generator = torch.Generator().manual_seed(seed)
        lengths = torch.randint(3, longest + 1, (count,), generator=generator).tolist()
        return [Row(torch.randint(2, vocabulary, (length,), generator=generator).tolist(), 1) for length in lengths]

    return make


@pytest.fixture
def freeze(make_model, tokenizer):
    """Return a function that makes a random model of an architecture in a dtype and freezes it."""

    def make(architecture: str = "llama", *, dtype: str = "float32", **changes) -> Frozen:
        return frozen(make_model(architecture, **changes).to(getattr(torch, dtype)), tokenizer)

    return make


@pytest.fixture
def run_full_states():
    """Return a function that runs a whole model on one row and keeps the states after its blocks, by its own hooks."""

    @torch.inference_mode()
    def run(model, tokens):
        states, stack = [], model.model
        handles = [
            layer.register_forward_pre_hook(lambda _, given: states.append(given[0][0])) for layer in stack.layers[1:]
        ]
        handles.append(stack.norm.register_forward_pre_hook(lambda _, given: states.append(given[0][0])))
        logits = model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0]
        for handle in handles:
            handle.remove()
        return SimpleNamespace(states=states, logits=logits)

    return run
