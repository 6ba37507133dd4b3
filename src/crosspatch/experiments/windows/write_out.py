"""Control write_out: how much do MLPs write towards the tuned token, and do late ones write more from tuned states?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.experiments.windows.grafted_passes import NO_GRAFT, GraftedPass
from crosspatch.experiments.windows.mlp_writes import VERSIONS
from crosspatch.experiments.windows.value_rows import value_rows
from crosspatch.records.sides import BASE, COMMON_TUNED, NATIVE, SIDES, TUNED

VIEWS = ((NATIVE, "update"), (COMMON_TUNED, "update"), (NATIVE, "module output"))
"""Readout and version of the write that are reported; the last is what arXiv 2605.07284 measured."""
BASE_CHOICE, TUNED_CHOICE = 0, 1
Passes = Mapping[str, Mapping[str, GraftedPass]]  # by side of the host and window
PerEvent = Float[np.ndarray, " event"]


def write_out_values(
    passes: Passes,
    windows: Mapping[str, Sequence[int]],
    alone: Sequence[str],
    exchanged: Sequence[str],
    events: pd.DataFrame,
) -> pd.DataFrame:
    """Return the `control_values` of what MLPs write, means over the blocks of a window, in logits.

    Arm `SIDE, WINDOW`, of a checkpoint without a graft and the windows in `alone`: `support_tuned`, of the tuned token,
    and `write_in`, that less the support of the base token. Arm `WINDOW`, of the windows in `exchanged`: how much more
    its MLPs write in if they are the tuned ones, `base_host_gain` and `tuned_host_gain`, and `interaction`, the latter
    less the former. Arms that end in `, module output` take what the MLP's module gives for what it writes
    (arXiv 2605.07284, table D.1, rows 3-5).
    """
    tables = []
    for readout, version in VIEWS:
        suffix = "" if version == "update" else f", {version}"
        seen = _Seen(passes, windows, readout, version)
        arms = {f"{host}, {window}": seen.alone(host, window) for host in SIDES for window in alone}
        arms |= {window: seen.exchange(window) for window in exchanged}
        for arm, quantities in arms.items():
            for quantity, values in quantities.items():
                rows = value_rows(events, arm + suffix, quantity, values, readout=readout, precision="float32")
                tables.append(rows)
    return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True)
class _Seen:
    """The supports of all passes as one readout sees one version of the writes."""

    passes: Passes
    windows: Mapping[str, Sequence[int]]
    readout: str
    version: str

    def alone(self, host: str, window: str) -> dict[str, PerEvent]:
        """What a checkpoint's own MLPs write."""
        support_tuned = self._supports(host, NO_GRAFT, window)[:, TUNED_CHOICE]
        return {"support_tuned": support_tuned, "write_in": self._write_in(host, NO_GRAFT, window)}

    def exchange(self, window: str) -> dict[str, PerEvent]:
        """How much more tuned MLPs write in than base ones, in either host; in the base host the tuned are grafted."""
        base_gain = self._write_in(BASE, window, window) - self._write_in(BASE, NO_GRAFT, window)
        tuned_gain = self._write_in(TUNED, NO_GRAFT, window) - self._write_in(TUNED, window, window)
        gains = {"base_host_gain": base_gain, "tuned_host_gain": tuned_gain}
        return {**gains, "interaction": tuned_gain - base_gain}

    def _write_in(self, host: str, graft: str, window: str) -> PerEvent:
        supports = self._supports(host, graft, window)
        return supports[:, TUNED_CHOICE] - supports[:, BASE_CHOICE]

    def _supports(self, host: str, graft: str, window: str) -> Float[np.ndarray, "event choice"]:
        reader = host if self.readout == NATIVE else TUNED
        blocks = self.passes[host][graft].supports[reader][:, list(self.windows[window])]
        return blocks[:, :, VERSIONS.index(self.version)].mean(axis=1)
