"""What a window of exchanged MLPs moves: each arm less the host as it is, history by history, and paired contrasts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from crosspatch.experiments.grafts.names import EDITED, RANDOM, WHOLE, arm_of, window_of
from crosspatch.experiments.grafts.windows import Window
from crosspatch.jobs.control_values import arm_rows, as_values
from crosspatch.jobs.seeded_arms import means_over_seeds
from crosspatch.records.arms import less
from crosspatch.records.grafts import EARLY, LATE, MIDDLE, NO_GRAFT, controlled
from crosspatch.records.histories import LENSES
from crosspatch.records.regions import first_block

READ: Final = {
    "gap": "kl_to_final",
    "reverse_gap": "kl_from_final",
    "js_to_host": "js_to_host",
    "js_to_other": "js_to_other",
}
"""Distances by region, and their columns: KL(p || q) and KL(q || p) to the arm's own end q, and same-layer JS."""
WRITTEN: Final = {"delta_cos_block": "delta_cos_block", "delta_cos_mlp": "delta_cos_mlp"}
CHOSEN: Final = ("forced_log_probability", "forced_rank", "agrees_with_host", "agrees_with_other")
Effects = Mapping[str, pd.DataFrame]
"""By arm, a row per prompt and a column per quantity."""


@dataclass(frozen=True)
class Grafted:
    """The tables of a host under all arms, of the histories of one teacher, and the blocks of its windows."""

    readings: pd.DataFrame
    writes: pd.DataFrame
    choices: pd.DataFrame
    windows: Mapping[str, Window]


def graft_values(hosted: Mapping[str, Grafted], pair: str) -> pd.DataFrame:
    """Return the `control_values` of one host, by the side that wrote the histories.

    Every arm less `no graft`, which itself has its own level; random controls are means over their seeds; contrasts
    are `LATE less WINDOW` and `WINDOW less RANDOM`, paired over the prompts that both have.
    """
    return as_values((rows for history, one in hosted.items() for rows in _of_history(one, history)), pair)


def _of_history(grafted: Grafted, history: str) -> Iterator[pd.DataFrame]:
    for lens in LENSES:
        own = grafted.readings[grafted.readings["lens"] == lens]
        for arm, effects in with_contrasts(block_effects(own, READ, grafted.windows)).items():
            yield arm_rows(effects, arm_of(arm, history, lens))
    written, chosen = block_effects(grafted.writes, WRITTEN, grafted.windows), choice_effects(grafted.choices)
    lensless = {arm: effects.join(chosen[arm]) for arm, effects in written.items()}
    for arm, effects in with_contrasts(lensless).items():
        yield arm_rows(effects, arm_of(arm, history))


def block_effects(table: pd.DataFrame, measures: Mapping[str, str], windows: Mapping[str, Window]) -> Effects:
    """Return MEASURE_REGION of every arm less `no graft`, and of that itself without the region of a window.

    table: a row for each prompt, arm and block.
    """
    keys = {"index": "prompt_id", "columns": ["arm", "block"]}
    wide = {name: table.pivot_table(values=one, **keys) for name, one in measures.items()}
    found: dict[str, pd.DataFrame] = {}
    for arm in table["arm"].unique():
        own = {name: values[arm] - (0 if arm == NO_GRAFT else values[NO_GRAFT]) for name, values in wide.items()}
        found[arm] = _regions(own, windows.get(window_of(arm), ()))
    return found


def _regions(own: Mapping[str, pd.DataFrame], window: Sequence[int]) -> pd.DataFrame:
    columns = {}
    for name, values in own.items():
        depth = values.shape[1]
        places = {
            EDITED: list(window),
            **{region: list(range(first_block(region, depth), depth)) for region in ("final_fifth", "final_half")},
            WHOLE: list(range(depth)),
        }
        columns |= {f"{name}_{region}": values[blocks].mean(axis=1) for region, blocks in places.items() if blocks}
    return pd.DataFrame(columns)


def choice_effects(choices: pd.DataFrame) -> Effects:
    """Return what every arm says of the forced token, and how often it picks as either checkpoint, less `no graft`."""
    table = choices.set_index("prompt_id")
    own: pd.DataFrame = table.loc[table["arm"] == NO_GRAFT, [*CHOSEN]]
    found: dict[str, pd.DataFrame] = {NO_GRAFT: own}
    for arm, rows in table[table["arm"] != NO_GRAFT].groupby("arm", sort=False):
        found[str(arm)] = rows[[*CHOSEN]] - own.loc[rows.index]
    return found


def with_contrasts(effects: Effects) -> dict[str, pd.DataFrame]:
    """Return the arms, those of random controls as means over their seeds, and after them the contrasts."""
    found = means_over_seeds(effects)
    pairs = {less(LATE, window): (LATE, window) for window in (MIDDLE, EARLY)}
    for window in (EARLY, MIDDLE, LATE):
        pairs |= {less(window, control): (window, controlled(window, control)) for control in RANDOM}
    for name, (one, other) in pairs.items():
        if one in found and other in found:
            found[name] = _less(found[one], found[other], same_window=window_of(other) == window_of(one))
    return found


def _less(one: pd.DataFrame, other: pd.DataFrame, *, same_window: bool) -> pd.DataFrame:
    """Return the difference over the prompts of both; each in its own window is no contrast of windows."""
    columns = [name for name in one if same_window or not str(name).endswith(EDITED)]
    shared = one.index.intersection(other.index)
    apart: pd.DataFrame = one.loc[shared, columns] - other.loc[shared, columns]
    return apart
