"""Questions that the pair's own cells and events answer: which events, and which scale, does the finding hang on?"""

from collections.abc import Sequence

import pandas as pd

from crosspatch.experiments.control_cells import arms_of_prompts


def arms_by_consistency(cells: pd.DataFrame, events: pd.DataFrame, gaps: Sequence[float]) -> pd.DataFrame:
    """Return the arms `re-picked`, events whose two tokens both checkpoints pick again in a full forward pass, and
    `gap >= g`, events at which both picks led their runners-up by g logits at least (near-ties dropped).
    """
    least_gap = events.set_index("prompt_id")[["base_gap", "tuned_gap"]].min(axis=1)
    arms = {"re-picked": cells.loc[cells["consistent"], "prompt_id"].unique()}
    arms |= {f"gap >= {gap:g}": least_gap.index[least_gap >= gap] for gap in gaps}
    return arms_of_prompts(cells, arms)
