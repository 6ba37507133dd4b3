"""How well a lens foretells the checkpoint's own last prediction, block by block, beside the raw one."""

from collections.abc import Iterator, Mapping

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from crosspatch.experiments.lenses.passes import (
    Frozen,
    final_log_probabilities,
    log_probabilities,
    parts,
    states_of_blocks,
)
from crosspatch.experiments.lenses.texts import Step, tokens_of
from crosspatch.measures.choices import pick
from crosspatch.measures.distributions import kl
from crosspatch.models.lens import Lens, raw_lens
from crosspatch.records.histories import RAW_LENS, TUNED_LENS

MEASURES = ("agreement", "kl_to_final", "kl_from_final")


def quality_table(checkpoint: Frozen, lens: Lens, tokens: Step) -> pd.DataFrame:
    """Return block, lens, n_tokens and MEASURES of the raw lens and of a tuned one, from one pass over the tokens."""
    lenses = {
        RAW_LENS: raw_lens(len(checkpoint.blocks), checkpoint.width).to(str(checkpoint.device)),
        TUNED_LENS: lens.to(str(checkpoint.device)),
    }
    sums = {name: torch.zeros(len(checkpoint.blocks), len(MEASURES), dtype=torch.float64) for name in lenses}
    for batch in tokens:
        for states in parts(checkpoint, states_of_blocks(checkpoint, batch)):
            final = final_log_probabilities(checkpoint, states)
            for name, one in lenses.items():
                sums[name] += torch.stack([_summed(final, own) for own in _read(checkpoint, one, states)])
    count = tokens_of(tokens)
    rows = [
        {"block": block, "lens": name, "n_tokens": count, **dict(zip(MEASURES, row, strict=True))}
        for name, total in sums.items()
        for block, row in enumerate((total / count).tolist())
    ]
    return pd.DataFrame(rows)


def beats_raw(quality: pd.DataFrame) -> Mapping[int, bool]:
    """Return by block whether the tuned lens has less KL(final || lens) than the raw one."""
    wide = quality.pivot_table(index="block", columns="lens", values="kl_from_final")
    return {int(block): bool(better) for block, better in (wide[TUNED_LENS] < wide[RAW_LENS]).items()}


@torch.no_grad()
def held_out_losses(checkpoint: Frozen, lens: Lens, tokens: Step) -> Float[Tensor, " block"]:
    """Return the mean KL(final || lens) of every block over tokens, in nats."""
    losses = torch.zeros(len(checkpoint.blocks), device=checkpoint.device)
    for batch in tokens:
        for states in parts(checkpoint, states_of_blocks(checkpoint, batch)):
            final = final_log_probabilities(checkpoint, states)
            losses += torch.stack([kl(final, own).sum() for own in _read(checkpoint, lens, states)])
    return losses / tokens_of(tokens)


@torch.no_grad()
def _read(checkpoint: Frozen, lens: Lens, states: tuple[Tensor, ...]) -> Iterator[Float[Tensor, "row vocabulary"]]:
    """Yield ln p of every block under a lens."""
    for block, state in enumerate(states):
        yield log_probabilities(checkpoint, checkpoint.readout.traced_logits(lens.translated(state, block)))


def _summed(final: Float[Tensor, "row vocabulary"], own: Float[Tensor, "row vocabulary"]) -> Float[Tensor, " measure"]:
    """Return the MEASURES of one block's predictions, summed over tokens."""
    agreement = (pick(own) == pick(final)).sum()
    return torch.stack([part.double().cpu() for part in (agreement, kl(own, final).sum(), kl(final, own).sum())])
