"""What the MLP of every block of a pass writes, and the state that it leaves: seen block after block while it runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from jaxtyping import Float
from torch import Tensor, nn
from transformers import PreTrainedModel

from crosspatch.models.architectures import architecture_of
from crosspatch.models.loading import text_stack

Keep = Callable[[Float[Tensor, "row token d_model"]], Float[Tensor, "position d_model"]]
"""From the states of all positions of a pass to those of the positions that are looked at."""


@dataclass(frozen=True)
class MlpWrites:
    """Of one block at some positions: its output, what its MLP added, and what the MLP's module gave."""

    after: Float[Tensor, "position d_model"]
    update: Float[Tensor, "position d_model"]
    output: Float[Tensor, "position d_model"]


@contextmanager
def seen_writes(model: PreTrainedModel, keep: Keep, see: Callable[[MlpWrites], None]) -> Iterator[None]:
    """Call `see` with the writes of every block of the passes that are run meanwhile, block after block."""
    seen: dict[str, Tensor] = {}

    def take(name: str, _module: nn.Module, _given: tuple[Tensor, ...], given_back: Tensor) -> None:
        seen[name] = keep(given_back)
        if name == "after":
            see(MlpWrites(**seen))

    name = architecture_of(model.config.model_type).mlp_update
    handles = []
    for layer in text_stack(model).layers:
        for what, module in (("after", layer), ("update", layer.get_submodule(name)), ("output", layer.mlp)):
            handles.append(module.register_forward_hook(partial(take, what)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
