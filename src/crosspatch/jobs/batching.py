"""Batch plans: which rows run together, as a pure function of their lengths.

`exact`: rows of one length, no padding; a row's result does not depend on its neighbours (miniatures, reference).
`padded`: rows sorted by length and padded to the longest of the batch (GPU studies).
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from crosspatch.errors import ConfigError

Batch = list[int]  # indices of the rows that run together


def exact_plan(lengths: Sequence[int], *, tokens: int) -> list[Batch]:
    """Group rows of exactly one length, at most `tokens` tokens together."""
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    batches = []
    for length, rows in groupby(order, key=lambda row: lengths[row]):
        same = list(rows)
        size = max(1, tokens // max(1, length))
        batches.extend(same[start : start + size] for start in range(0, len(same), size))
    return batches


def padded_plan(lengths: Sequence[int], *, tokens: int) -> list[Batch]:
    """Group rows of similar length; rows times the longest length is at most `tokens`."""
    batches: list[Batch] = []
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        if batches and (len(batches[-1]) + 1) * lengths[row] <= tokens:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


_PLANS: Mapping[str, Callable[..., list[Batch]]] = {"exact": exact_plan, "padded": padded_plan}


def plan_batches(lengths: Sequence[int], *, plan: str, tokens: int) -> list[Batch]:
    """Return the batches of the named plan; every row is in exactly one of them."""
    if plan not in _PLANS:
        raise ConfigError(f"batches/plan {plan!r} does not exist; choose one of {sorted(_PLANS)}")
    return _PLANS[plan](lengths, tokens=tokens)
