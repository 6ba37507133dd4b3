"""The tables of the study as numeric frames; `table_specs` says how each is printed."""

from collections.abc import Sequence

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.selection import headline_scope, position_subsets, scopes, select
from crosspatch.figures.words import METHODS, READOUTS, Labels, position_label

CONTRASTS = ("portable", "matched", "interaction")
BALANCED_METHODS = ("prompt", "prompt_independent", "normal", "cluster_template", "two_level")
CHECKPOINT_COLUMNS = ["family", "base", "tuned", "blocks", "d_model", "boundary", "relative_depth"]
EVENT_COLUMNS = ["pair", "prompt_id", "usable", "reason", "step"]
CELL_COLUMNS = ["pair", "prompt_id", "consistent"]
FIND_AGAIN = "find the divergences and measure the cells of this study again"


def table_checkpoints(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs: family, base and tuned as id@revision, blocks, d_model, boundary, relative_depth."""
    need_columns(pairs, CHECKPOINT_COLUMNS, "table checkpoints", "list the study's pairs with these columns")
    return pairs[CHECKPOINT_COLUMNS].reset_index(drop=True)


def table_balanced(effects: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return portable, matched and interaction of the family-balanced mean, one row per method of the interval."""
    rows = select(effects, "table balanced", labels, effect=CONTRASTS, method=BALANCED_METHODS)
    rows = rows[rows["scope"] == headline_scope(rows, "table balanced")]
    wide = wide_by(rows, "method", CONTRASTS).reindex(list(BALANCED_METHODS))
    wide.insert(0, "resampled", [METHODS[method] for method in wide.index])
    return wide.reset_index(names="method")


def table_events(events: pd.DataFrame, cells: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return what became of every prompt, one row per family.

    `events` joins events tables and `cells` joins cells tables; of the latter pair, prompt_id and consistent are read.
    The median step and the share at step 0 are over usable events, the consistent share over measured ones.
    """
    need_columns(events, EVENT_COLUMNS, "table events", FIND_AGAIN)
    need_columns(cells, CELL_COLUMNS, "table events, cells", FIND_AGAIN)
    measured = cells[CELL_COLUMNS].drop_duplicates(["pair", "prompt_id"])
    rows = [
        _event_row(label, events[events["pair"] == pair], measured.loc[measured["pair"] == pair, "consistent"])
        for pair, label in labels.items()
    ]
    return pd.DataFrame(rows)


def table_readouts(effects: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return all effects of every family and of the balanced mean under each readout."""
    shown = (*CONTRASTS, "native_shift", "portable_share", "interaction_share")
    rows = select(effects, "table readouts", labels, effect=shown, readout=list(READOUTS))
    return _blocks(rows, labels, "readout", READOUTS, shown)


def table_positions(effects: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the interaction of every family and of the balanced mean by position of the event."""
    words = {subset: position_label(subset) for subset in position_subsets(effects)}
    rows = select(effects, "table positions", labels, effect="interaction", subset=list(words))
    return _blocks(rows, labels, "subset", words, ("interaction",)).rename(columns={"subset": "position"})


def wide_by(rows: pd.DataFrame, key: str, effects: Sequence[str]) -> pd.DataFrame:
    """Return one row per `key` with EFFECT, EFFECT_low and EFFECT_high of each effect, then level and n_events."""
    columns: dict[str, pd.Series] = {}
    for effect in effects:
        own = rows[rows["effect"] == effect].set_index(key)
        columns |= {effect: own["value"], f"{effect}_low": own["low"], f"{effect}_high": own["high"]}
    about = rows.drop_duplicates(key).set_index(key)
    return pd.DataFrame({**columns, "level": about["level"], "n_events": about["n_events"]})


def families_of(wide: pd.DataFrame, rows: pd.DataFrame, key: str, family: str) -> pd.Series:
    """Return what each row of `wide` is over: the label of its `key` in the selected rows, or else `family`."""
    own: pd.Series = rows.drop_duplicates(key).set_index(key)["label"].reindex(wide.index)
    return own.fillna(family)


def _blocks(rows: pd.DataFrame, labels: Labels, key: str, words: Labels, effects: Sequence[str]) -> pd.DataFrame:
    """Return one row per scope and value of `key`, in the order and by the words of `words`."""
    blocks = []
    for scope, family in scopes(rows, labels).items():
        own = rows[rows["scope"] == scope]
        wide = wide_by(own, key, effects).reindex(list(words))
        wide = wide.assign(family=families_of(wide, own, key, family))
        blocks.append(wide.rename(index=words).reset_index(names=key))
    return pd.concat(blocks, ignore_index=True)


def _event_row(label: str, events: pd.DataFrame, consistent: pd.Series) -> dict[str, object]:
    usable = events[events["usable"].astype(bool)]
    reasons = events.loc[~events["usable"].astype(bool), "reason"].value_counts()
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], str(item[0])))
    return {
        "family": label,
        "prompts": len(events),
        "usable": len(usable),
        "excluded": len(events) - len(usable),
        "reasons": "; ".join(f"{reason}: {number}" for reason, number in ordered) or None,
        "consistent_share": float(consistent.astype(float).mean()) if len(consistent) else None,
        "median_step": float(usable["step"].median()) if len(usable) else None,
        "step_0_share": float((usable["step"] == 0).mean()) if len(usable) else None,
    }
