"""Questions that the pair's own cells and events answer: which events, and which scale, does the finding hang on?"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from crosspatch.jobs.control_cells import arms_of_prompts, cells_of_arms
from crosspatch.measures.chances import log_odds, two_token_probability
from crosspatch.measures.words import CONTENT, FORMAT


def arms_by_consistency(cells: pd.DataFrame, events: pd.DataFrame, gaps: Sequence[float]) -> pd.DataFrame:
    """Return the arms `re-picked`, events whose two tokens both checkpoints pick again in a full forward pass, and
    `gap >= g`, events at which both picks led their runners-up by g logits at least (near-ties dropped).
    """
    least_gap = events.set_index("prompt_id")[["base_gap", "tuned_gap"]].min(axis=1)
    arms = {"re-picked": cells.loc[cells["consistent"], "prompt_id"].unique()}
    arms |= {f"gap >= {gap:g}": least_gap.index[least_gap >= gap] for gap in gaps}
    return arms_of_prompts(cells, arms)


def arms_by_tokens(cells: pd.DataFrame, events: pd.DataFrame, rare: int) -> pd.DataFrame:
    """Return arms by what the two tokens are: their word classes, openings of answers, stop tokens, how often the pair
    of tokens occurs among the events (`rare`: at most so often), and whether the event is at the first token.

    An arm without events is left out.
    """
    known = events[events["prompt_id"].isin(cells["prompt_id"])].set_index("prompt_id")
    arms = {name: known.index[mask] for name, mask in _token_masks(known, rare).items()}
    return arms_of_prompts(cells, arms)


def arms_by_scale(cells: pd.DataFrame) -> pd.DataFrame:
    """Return arms with another scale in the place of the margin: log odds of the tuned token, log odds against the base
    token, difference of the two probabilities, and the tuned token's probability if there were only the two.

    Source: logits of different checkpoints are not on one scale. Probabilities are known from logits in the
    checkpoint's dtype only, and stand for both margins; `two-token probability` has one of each.
    """
    base, tuned = cells["base_log_probability"].to_numpy(), cells["tuned_log_probability"].to_numpy()
    arms = {
        "tuned log odds": log_odds(tuned),
        "log odds against base": -log_odds(base),
        "probability": np.exp(tuned) - np.exp(base),
    }
    tables = {arm: cells.assign(margin_checkpoint=values, margin_float32=values) for arm, values in arms.items()}
    margins = ("margin_checkpoint", "margin_float32")
    tables["two-token probability"] = cells.assign(
        **{name: two_token_probability(cells[name].to_numpy()) for name in margins}
    )
    return cells_of_arms(tables)


def _token_masks(events: pd.DataFrame, rare: int) -> Mapping[str, Collection[bool]]:
    base, tuned = events["base_class"], events["tuned_class"]
    marker = events["assistant_marker"].astype(bool)
    stops = events["base_stops"].astype(bool) | events["tuned_stops"].astype(bool)
    often = events.groupby(["base_token", "tuned_token"])["step"].transform("size")
    return {
        "both content": (base == CONTENT) & (tuned == CONTENT),
        "any format": (base == FORMAT) | (tuned == FORMAT),
        "same class": base == tuned,
        "different classes": base != tuned,
        "assistant marker": marker,
        "no assistant marker": ~marker,
        "stop token": stops,
        "no stop token": ~stops,
        "rare tokens": often <= rare,
        "frequent tokens": often > rare,
        "first position": events["step"] == 0,
        "later positions": events["step"] > 0,
    }
