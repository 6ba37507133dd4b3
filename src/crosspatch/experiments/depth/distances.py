"""How far apart the two checkpoints' states are at every boundary: at the event, and before it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from jaxtyping import Float
from torch import Tensor

from crosspatch.measures.distances import cosine_distance, relative_distance
from crosspatch.measures.states import States
from crosspatch.records.sides import BASE, TUNED

MEASURES = {"relative_distance": relative_distance, "cosine_distance": cosine_distance}


def measure_distances(states: Mapping[int, Mapping[str, States]], events: pd.DataFrame) -> pd.DataFrame:
    """Return the distance between base and tuned states entering each boundary block, one row per event and quantity.

    states: by boundary, then side. Columns: prompt_id, step, boundary, quantity and value. Quantities are `event_`,
    `continuation_` and `prompt_` with each of MEASURES: at the last position, and the mean over the earlier positions
    of the continuation and over those of the prompt. An event without such positions has no such row.
    """
    rows = [
        {"prompt_id": event.prompt_id, "step": event.step, "boundary": boundary, "quantity": quantity, "value": value}
        for boundary, sides in states.items()
        for event in events.astype({"step": int, "n_prompt_tokens": int}).itertuples()
        for quantity, value in _distances(sides, event).items()
    ]
    return pd.DataFrame(rows)


def _distances(sides: Mapping[str, States], event: Any) -> dict[str, float]:  # noqa: ANN401 - a row of the table
    base, tuned = sides[BASE][event.prompt_id], sides[TUNED][event.prompt_id]
    return {
        f"{where}_{name}": found
        for name, measure in MEASURES.items()
        for where, found in _by_place(measure(base, tuned), event.n_prompt_tokens).items()
    }


def _by_place(distances: Float[Tensor, " position"], prompt_tokens: int) -> dict[str, float]:
    *_, last = distances
    earlier = distances[:-1]
    places = {"continuation": earlier[prompt_tokens:], "prompt": earlier[:prompt_tokens]}
    return {"event": last.item()} | {name: some.mean().item() for name, some in places.items() if len(some)}
