"""Is it the other checkpoint's MLPs, or any change of their size? The late window's effect on the final fifth, as in
figure *grafts*, with what is put there in its place: the host's own MLPs (exactly zero), the donor's blocks in reversed
order, its differences from the host at other steps of the same history or at the steps of another prompt, and
differences of the same size along the MLP's input whose other part points in a random direction, drawn at every
position or once for a history (published); or the MLPs of a further checkpoint, where a family has one. Random ones are
means over their seeds. Where these reach what the true donor does, its effect is not of what was learned. Points,
panels and intervals as there.
"""

import pandas as pd

from crosspatch.experiments.grafts.names import (
    HISTORY_OF_CONTROLS,
    IDENTITY,
    OTHER_PROMPTS,
    OTHER_STEPS,
    RANDOM,
    REVERSED,
)
from crosspatch.experiments.grafts.panels import draw_windows_of_hosts
from crosspatch.figures.style import Drawing, styled
from crosspatch.figures.words import Labels
from crosspatch.records.grafts import LATE, controlled, donated

CONTROLS = (IDENTITY, REVERSED, OTHER_STEPS, OTHER_PROMPTS, *RANDOM)


@styled()
def draw_graft_controls(grafts: pd.DataFrame, swaps: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the late window with the true donor and with every control, in either host under both lenses.

    `grafts` and `swaps` are the estimates of the controls of these names, `labels` maps each pair to its label.
    """
    pattern = rf"^{controlled(LATE, donated('(?P<checkpoint>[^,]+)'))}, {HISTORY_OF_CONTROLS} history, "
    found = pd.concat([table["arm"].str.extract(pattern)["checkpoint"].dropna() for table in (grafts, swaps)])
    windows = [LATE, *(controlled(LATE, control) for control in [*CONTROLS, *map(donated, found.unique())])]
    return draw_windows_of_hosts({"grafts": grafts, "swaps": swaps}, labels, windows, "graft_controls")
