"""From the rows of a table of histories to passes, and from what these give to rows again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Shaped
from torch import Tensor
from tqdm import tqdm

from crosspatch.errors import MeasurementError
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.passes import History

Steps = Shaped[np.ndarray, "step ..."]


def in_batches(
    histories: Mapping[str, History],
    batches: Mapping[str, Any],
    measure: Callable[[Sequence[str]], Mapping[str, Tensor]],
    words: str,
) -> dict[str, Steps]:
    """Return quantities [step, ...] of all histories, one after the other, measured a batch of them at a time.

    measure: from the prompts of a batch to the quantities of its steps; words: on the progress bar.
    """
    names = list(histories)
    found: dict[str, dict[str, Steps]] = {}
    planned = plan_batches([len(history.read) for history in histories.values()], **batches)
    for batch in tqdm(planned, desc=words, unit="batch"):
        together = [names[row] for row in batch]
        ends = np.cumsum([len(histories[name].forced) for name in together])[:-1]
        parts = {what: np.split(one.cpu().numpy(), ends) for what, one in measure(together).items()}
        found |= {name: {what: part[row] for what, part in parts.items()} for row, name in enumerate(together)}
    return {what: np.concatenate([found[name][what] for name in names]) for what in found[names[0]]}


def laid_out(
    histories: Mapping[str, History], axes: Mapping[str, Sequence[Any]], values: Mapping[str, Steps]
) -> pd.DataFrame:
    """Return values [step, *axes] of all histories, one after the other, as rows with prompt_id, step and each axis.

    What is left of a value after its axes is a list.
    """
    steps = [len(history.forced) for history in histories.values()]
    places = pd.MultiIndex.from_product(axes.values(), names=list(axes)).to_frame(index=False)
    names = np.repeat(np.array(list(histories), dtype=object), steps)
    columns = {"prompt_id": np.repeat(names, len(places))}
    columns["step"] = np.repeat(np.concatenate([np.arange(count) for count in steps]), len(places))
    columns |= {name: np.tile(places[name], sum(steps)) for name in places}
    for name, one in values.items():
        rows = one.reshape(-1, *one.shape[1 + len(axes) :])
        columns[name] = rows if rows.ndim == 1 else list(rows)
    return pd.DataFrame(columns)


def check_finite(rows: pd.DataFrame, place: Sequence[str], expected: Mapping[str, pd.Series] | None = None) -> None:
    """Raise MeasurementError, naming the first and its columns `place`, if a number of readings is not finite.

    expected: by column, in which rows there is a number; in all, if nothing is said.
    """
    numbers = rows.select_dtypes("floating")
    strange = ~np.isfinite(numbers)
    for name, there in (expected or {}).items():
        strange[name] &= there
    if strange.to_numpy().any():
        row = rows[strange.any(axis=1)].iloc[0]
        column = strange.columns[strange.loc[row.name]][0]
        where = ", ".join(f"{name} {row[name]}" for name in place)
        raise MeasurementError(
            f"history of prompt {row['prompt_id']!r}, step {row['step']}: {column} ({where}) is {row[column]}; check "
            "the weights and the lens of what read it"
        )
