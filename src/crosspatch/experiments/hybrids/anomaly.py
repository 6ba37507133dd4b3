"""How strange a crossed state is to its host, by its size, and the events where both crossed states are ordinary."""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from crosspatch.errors import MeasurementError
from crosspatch.jobs.control_cells import arms_of_prompts
from crosspatch.measures.states import SIZES, States, sizes
from crosspatch.records.sides import SIDES

QUANTITY = "anomaly"


def anomaly_values(cells: pd.DataFrame, states: Mapping[str, States]) -> pd.DataFrame:
    """Return the `control_values` of the anomaly of each side's state in each host, in standard deviations.

    An anomaly is the largest |z| among the SIZES of a state, against the host's own states over the pair's events. Arms
    are `SIDE into HOST`, and for comparison `SIDE at home`. Raises MeasurementError if a host's states do not vary.
    """
    events = cells.drop_duplicates("prompt_id")[["pair", "prompt_id", "step"]]
    own = {side: torch.stack([sizes(states[side][name]) for name in events["prompt_id"]]) for side in SIDES}
    tables = [
        events.assign(arm=_arm(donor, host), value=_anomalies(own[donor], own[host], host).numpy())
        for donor in SIDES
        for host in SIDES
    ]
    return pd.concat(tables, ignore_index=True).assign(quantity=QUANTITY, readout=None, precision=None)


def arms_by_anomaly(cells: pd.DataFrame, values: pd.DataFrame, keep: Sequence[float]) -> pd.DataFrame:
    """Return the arms `lowest P%`, the pair's own cells at the share of its events whose larger anomaly of the two
    crossings is lowest, and `highest P%`, at the other events; `keep` are the shares.
    """
    crossed = values[values["arm"].isin([_arm(*SIDES), _arm(*reversed(SIDES))])]
    largest = crossed.groupby("prompt_id")["value"].max().sort_index().sort_values(kind="stable")
    arms = {}
    for share in keep:
        count = max(1, round(share * len(largest)))
        arms |= {f"lowest {share:.0%}": largest.index[:count], f"highest {1 - share:.0%}": largest.index[count:]}
    return arms_of_prompts(cells, arms)


def _arm(donor: str, host: str) -> str:
    return f"{donor} at home" if donor == host else f"{donor} into {host}"


def _anomalies(
    donor: Float[Tensor, "event size"], host: Float[Tensor, "event size"], side: str
) -> Float[Tensor, " event"]:
    spread = host.std(0, correction=0)
    if not (spread > 0).all():
        name = SIZES[int((spread > 0).int().argmin())]
        raise MeasurementError(
            f"the {len(host)} boundary states of the {side} checkpoint all have the same {name}, so none can be "
            "strange to it; measure more events, or leave out the control anomaly"
        )
    return ((donor - host.mean(0)) / spread).abs().amax(1)
