"""The tuned late stack on moved base states: one margin for each held-out event and arm."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
from jaxtyping import Float, Int
from torch import Tensor, nn

from crosspatch.experiments.closure.moved_states import Boundary, Settings, arms_of, directions_used
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import Read, finite, run_on_states
from crosspatch.measures.choices import margin
from crosspatch.models.readout import Readout
from crosspatch.records.sides import COMMON_TUNED, TUNED

MOVED = "moved base"
"""What an error calls the upstream state."""
KEY = ["prompt_id", "arm"]


class ByRow(Mapping[str, Tensor]):
    """States by the name of a row, which stands for a prompt and an arm; made when they are asked for, and not kept."""

    def __init__(self, rows: Mapping[str, tuple[str, str]], make: Callable[[str, str], Tensor]) -> None:
        self._rows, self._make = rows, make

    def __getitem__(self, row: str) -> Float[Tensor, "token d_model"]:
        return self._make(*self._rows[row])

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def measure_boundary(
    half: nn.Module,
    readout: Readout,
    at: Boundary,
    settings: Settings,
    events: pd.DataFrame,
    plan: Mapping[str, Any],
    *,
    words: tuple[str | int, ...],
    device: str,
) -> pd.DataFrame:
    """Run the tuned late half of a boundary on the states of every arm; rows of `moved_margins` without their place.

    All arms of events of one length run together. Raises MeasurementError, naming the event and the arm, if a margin is
    not finite.
    """
    makes = arms_of(at, settings, *words)
    arms = pd.DataFrame({"arm": list(makes)})
    rows = events.merge(arms, how="cross")
    named = {f"{row.prompt_id}, {row.arm}": (row.prompt_id, row.arm) for row in rows.itertuples()}
    given = {
        MOVED: ByRow(named, lambda prompt_id, arm: makes[arm](prompt_id)),
        TUNED: ByRow(named, lambda prompt_id, _: at.tuned[prompt_id]),
    }
    rows = rows.assign(prompt_id=list(named))
    batches = plan_batches(rows["context"].map(len).tolist(), **plan)
    found = finite(run_on_states(half, TUNED, given, margins(readout), rows, batches, upstreams=[MOVED], device=device))
    keys = pd.DataFrame([named[row] for row in found["prompt_id"]], columns=KEY)
    measured = pd.concat([keys, found[["margin_float32", "margin_checkpoint"]]], axis=1)
    used = keys["arm"].map(directions_used(at.directions, settings.directions)).astype("Int64")
    return measured.assign(directions=used, rank=at.directions.rank)


def margins(readout: Readout) -> Read:
    """Return what reads the margin of an event under one readout, in float32 and in the checkpoint's dtype."""

    def read(last: Float[Tensor, "row d_model"], tokens: Int[Tensor, "row choice"]) -> Iterator[dict[str, list[Any]]]:
        base, tuned = readout.token_logits(last, tokens).unbind(1)
        coarse_base, coarse_tuned = readout.logits(last).gather(1, tokens).unbind(1)
        yield {
            "readout": [COMMON_TUNED] * len(last),
            "margin_float32": margin(tuned, base).tolist(),
            "margin_checkpoint": margin(coarse_tuned, coarse_base).tolist(),
        }

    return read
