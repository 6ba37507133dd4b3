"""Which window of MLPs moves the end of the stack from or to the final prediction? Mean KL(block || final) over the
final fifth of the blocks, of a checkpoint with the other one's MLPs in a window of blocks, less that of the checkpoint
as it is; both read what the tuned checkpoint wrote. Above: tuned MLPs in the base, which reads the raw prompt. Below:
base MLPs in the tuned checkpoint, in its chat template. Left: blocks are read as they are; right: through the affine
map that was trained for each block of the unpatched host. The final prediction is the hybrid's own. Published are +.341
and -.509 for the late window under the tuned lens, +.070 and -.625 under the raw one, which was run on shorter texts
too. Parts of a window of few blocks coincide. Hollow points are families, filled ones their unweighted mean; n is the
number of prompts; intervals are the widest over prompts, templates and token pairs ({{ study.statistics.draws }} draws,
percentile).

Answer: rows *grafts* and *swaps* of the table of verdicts; whether the late window is the largest is a contrast there.
"""

import pandas as pd

from crosspatch.experiments.grafts.names import LATE_PARTS
from crosspatch.experiments.grafts.panels import draw_windows_of_hosts
from crosspatch.figures.style import Drawing, styled
from crosspatch.figures.words import Labels
from crosspatch.records.grafts import EARLY, LATE, MIDDLE

WINDOWS = (EARLY, MIDDLE, LATE, *LATE_PARTS)


@styled()
def draw_grafts(grafts: pd.DataFrame, swaps: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the effect of every window in either host under both lenses.

    `grafts` and `swaps` are the estimates of the controls of these names, `labels` maps each pair to its label.
    """
    return draw_windows_of_hosts({"grafts": grafts, "swaps": swaps}, labels, WINDOWS, "grafts")
