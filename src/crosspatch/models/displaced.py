"""Displaced MLPs: a host's own, and a changed difference of a donor's to it; both read the host's own MLP input."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

Full = Float[Tensor, "row token d_model"]


class Displaced(nn.Module):
    """The host's MLP plus a changed difference of the donor's to it."""

    def __init__(self, own: nn.Module, donor: nn.Module, change: Callable[[Full, Full], Full]) -> None:
        super().__init__()
        self.own, self.donor, self.change = own, donor, change

    def forward(self, states: Full) -> Full:
        """Return what stands for the MLP's output at these inputs; `change` is given float32."""
        mine = self.own(states)
        difference = self.donor(states).float() - mine.float()
        return mine + self.change(difference, states.float()).to(mine.dtype)


def turned(differences: Full, given: Full, noise: Full) -> Full:
    """Return differences D with the part along x = `given` kept and the rest turned towards `noise`, of equal norm.

    With u = x / |x|: (D.u) u + |D - (D.u) u| r, where r is the noise without its part along u, of norm 1 ("The
    Convergence Gap", random controls, which project on the MLP's input).
    """
    along = torch.nn.functional.normalize(given, dim=-1)
    kept = (differences * along).sum(-1, keepdim=True) * along
    aside = noise - (noise * along).sum(-1, keepdim=True) * along
    size = (differences - kept).norm(dim=-1, keepdim=True)
    return kept + size * torch.nn.functional.normalize(aside, dim=-1)
