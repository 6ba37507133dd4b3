"""What the authors' summaries say when their means and intervals are taken again, and what the print leaves out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.measures.effects import quotient
from crosspatch.records.estimates import PROMPT
from crosspatch.statistics.intervals import percentiles
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.resampling import drawn_counts

FAMILY: Final = "family"
"""Method: whole families are resampled, as the authors did for some of their means."""
RANDOM_CONTROL, GAP_BY_BLOCK, WINDOW_EFFECTS = "random_control", "gap_by_block", "window_effects"
NOT_DENSE: Final = "deepseek_v2_lite"
"""A mixture of experts, which most published means leave out."""
WITHOUT: Final = "gemma3_4b"
"""The family whose numbers are largest, without which some means were published too."""
_COUNTS: Final[Mapping[int, str]] = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
_WINDOWS: Final = ("early", "middle", "late")
_PARTS: Final[Mapping[str, tuple[int, int, int]]] = {
    "the first third": (0, 1, 3), "the middle third": (1, 2, 3), "the final third": (2, 3, 3),
    "the final half": (1, 2, 2), "the final fifth": (4, 5, 5), "all blocks": (0, 1, 1),
}  # fmt: skip
"""First share and last share of the blocks, and of how many shares."""
_NAMES: Final[Mapping[str, str]] = {
    "prelate_half": "half a window before the late one", "late_full": "late window",
    "late_front_half": "first half of the late window", "late_center_half": "middle half of the late window",
    "late_terminal_half": "last half of the late window", "terminal_quarter": "last quarter of the late window",
}  # fmt: skip
_READ: Final = {"final_fifth": "gap of the final fifth", "window": "gap of the window itself"}
Totals = Float[np.ndarray, "unit group quantity"]
Sizes = Float[np.ndarray, "unit group"]


def random_control_rows(grafts: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return the rows of grafts, of random directions in their place and of the difference, by window, in nats.

    Of each family over its prompts; of the mean over families where one resampling of prompts serves all (`prompt`) and
    where families are resampled; and of all families' prompts in one heap, as published.
    """
    quantities = {}
    for window in _WINDOWS:
        true, random = grafts[f"{window} true"], grafts[f"{window} random"]
        own = {f"graft of {window} MLPs": true, f"random directions for {window} MLPs": random}
        own |= {f"graft of {window} MLPs less random directions": true - random}
        quantities |= {f"{name}, gap of the final fifth, tuned lens": values for name, values in own.items()}
    values = pd.DataFrame(quantities).assign(family=grafts["family"], prompt_id=grafts["prompt_id"])
    by_family = values.drop(columns="prompt_id").groupby("family", sort=False).mean()
    families = [str(name) for name in by_family.index]
    rows = _Rows(RANDOM_CONTROL, by_family, plan)
    totals, sizes = _by_prompt(values, list(quantities), families)
    drawn = rows.drawn("prompts", totals, sizes)
    own = [rows.of(one, by_family.loc[one], int(sizes[:, at].sum()), drawn[:, at]) for at, one in enumerate(families)]
    mean = rows.of(rows.mean_name(families), by_family.mean(), len(totals), drawn.mean(axis=1))
    heap = values[list(quantities)]
    drawn_heap = rows.drawn("one heap", heap.to_numpy()[:, np.newaxis], np.ones((len(heap), 1)))[:, 0]
    in_heap = rows.of(f"{_word(len(families))} families in one heap", heap.mean(), len(heap), drawn_heap)
    return pd.concat([*own, mean, rows.over_families(families), in_heap], ignore_index=True)


def gap_rows(means: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return the rows of gaps (tuned less base) by part of the stack and lens, of families and of means over them.

    A part's first block is floor(share n) of n. For every part, families whose gap has another sign under the other
    lens are counted and named.
    """
    by_family = {
        (lens, family): _gaps(own, str(lens)) for (lens, family), own in means.groupby(["lens", "family"], sort=False)
    }
    families = list(dict.fromkeys(means["family"]))
    lenses = list(dict.fromkeys(means["lens"]))
    table = pd.DataFrame({one: pd.concat([by_family[lens, one] for lens in lenses]) for one in families}).T
    gaps = [name for name in table if not str(name).startswith("share of blocks")]
    rows = _Rows(GAP_BY_BLOCK, table, plan)
    of_gaps = _Rows(GAP_BY_BLOCK, table[gaps], plan)
    dense = [one for one in families if one != NOT_DENSE]
    groups = {rows.mean_name(names): names for names in (families, dense)}
    without = [one for one in dense if one != WITHOUT]
    groups |= {f"{rows.mean_name(without)}, without {WITHOUT}": without} if without != dense else {}
    parts = [rows.of(one, table.loc[one]) for one in families]
    parts += [of_gaps.over_families(names, name) for name, names in groups.items()]
    return pd.concat([*parts, _disagreement(table, lenses)], ignore_index=True)


def window_rows(effects: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return the rows of grafts and swaps in each window, of families and of their mean, families resampled."""
    words = effects["window"].map(lambda name: _NAMES.get(name, name.replace("_", " ")))
    quantity = effects["side"] + " of MLPs, " + words + ", " + effects["region"].map(_READ) + ", raw lens"
    wide = effects.assign(quantity=quantity).set_index(["family", "quantity"])["value"].unstack()  # noqa: PD010
    families = list(dict.fromkeys(effects["family"]))
    table = wide.loc[families, list(dict.fromkeys(quantity))]
    rows = _Rows(WINDOW_EFFECTS, table, plan)
    parts = [rows.of(one, table.loc[one]) for one in families]
    return pd.concat([*parts, rows.over_families(families)], ignore_index=True)


class _Rows:
    """Rows of one summary, from the values of each family (rows) and quantity (columns)."""

    def __init__(self, source: str, by_family: pd.DataFrame, plan: Plan) -> None:
        self.source = source
        self.by_family = by_family
        self.plan = plan

    def drawn(self, unit: str, totals: Totals, sizes: Sizes) -> Float[np.ndarray, "draw group quantity"]:
        """Return draws of the mean of each group and quantity over units drawn with replacement."""
        parts = []
        rng = np.random.default_rng(self.plan.seed_of(self.source, unit))
        for counts in drawn_counts(rng, self.plan.draws, len(totals)):
            sums = (counts @ totals.reshape(len(totals), -1)).reshape(len(counts), *totals.shape[1:])
            parts.append(quotient(sums, (counts @ sizes)[..., np.newaxis]))
        return np.concatenate(parts)

    def of(
        self,
        family: str,
        values: pd.Series,
        n: int | None = None,
        drawn: Float[np.ndarray, "draw quantity"] | None = None,
        method: str = PROMPT,
    ) -> pd.DataFrame:
        """Return one row per quantity; an interval where there are draws, and families of the other sign of a mean."""
        draws = np.full((1, len(values)), np.nan) if drawn is None else drawn
        low, high = percentiles(draws, self.plan.level)
        is_mean = family not in self.by_family.index
        others = [self._other_sign(str(name), values[name]) if is_mean else None for name in values.index]
        return pd.DataFrame({
            "source": self.source, "quantity": values.index, "family": family,
            "unit": ["fraction" if str(name).startswith("share") else "nats" for name in values.index],
            "method": None if drawn is None else method, "value": values.to_numpy(dtype=float), "low": low,
            "high": high, "level": None if drawn is None else self.plan.level, "n": n, "other_sign": others,
        })  # fmt: skip

    def over_families(self, families: Sequence[str], name: str | None = None) -> pd.DataFrame:
        """Return the rows of the mean over families, which are drawn with replacement."""
        own = _Rows(self.source, self.by_family.loc[list(families)], self.plan)
        values = own.by_family.to_numpy(dtype=float)
        drawn = own.drawn(", ".join(families), values[:, np.newaxis], np.ones((len(values), 1)))[:, 0]
        return own.of(name or self.mean_name(families), own.by_family.mean(), len(values), drawn, FAMILY)

    def mean_name(self, families: Sequence[str]) -> str:
        """Return what a mean over some families is called."""
        return f"mean over {_word(len(families))} families"

    def _other_sign(self, quantity: str, value: float) -> str:
        own = self.by_family[quantity]
        return ", ".join(own.index[np.sign(own) == -np.sign(value)])


def _by_prompt(values: pd.DataFrame, quantities: Sequence[str], families: Sequence[str]) -> tuple[Totals, Sizes]:
    """Return the sums and numbers of values by prompt and family; a prompt that a family lacks adds nothing there."""
    grouped = values.groupby(["prompt_id", "family"])[list(quantities)].sum()
    prompts = pd.Index(sorted(values["prompt_id"].unique()))
    order = pd.MultiIndex.from_product([prompts, families])
    shape = (len(prompts), len(families))
    totals = grouped.reindex(order, fill_value=0.0).to_numpy(dtype=float).reshape(*shape, len(quantities))
    sizes = pd.Series(1.0, index=grouped.index).reindex(order, fill_value=0.0).to_numpy().reshape(shape)
    return totals, sizes


def _gaps(own: pd.DataFrame, lens: str) -> pd.Series:
    base, tuned = (own[side].to_numpy(dtype=float) for side in ("base", "tuned"))
    gap, depth = tuned - base, len(own)
    parts = {part: slice(start * depth // of, end * depth // of) for part, (start, end, of) in _PARTS.items()}
    found = {f"gap of {part}": float(gap[where].mean()) for part, where in parts.items()}
    half = parts["the final half"]
    found |= {f"gap of the final half, {name}": float(side[half].mean()) for name, side in
              {"base": base, "tuned": tuned}.items()}  # fmt: skip
    found |= {"share of blocks with a positive gap": float((gap[:-1] > 0).mean())}
    return pd.Series({f"{name}, {lens} lens": value for name, value in found.items()})


def _disagreement(table: pd.DataFrame, lenses: Sequence[str]) -> pd.DataFrame:
    def counted() -> Iterator[dict[str, Any]]:
        for part in _PARTS:
            signs = [np.sign(table[f"gap of {part}, {lens} lens"]) for lens in lenses]
            differing = table.index[signs[0] != signs[-1]]
            yield {
                "source": GAP_BY_BLOCK, "quantity": f"gap of {part}, families whose sign depends on the lens",
                "family": f"{_word(len(table))} families", "unit": "families", "method": None,
                "value": float(len(differing)), "low": None, "high": None, "level": None, "n": len(table),
                "other_sign": ", ".join(differing),
            }  # fmt: skip

    return pd.DataFrame(counted())


def _word(count: int) -> str:
    return _COUNTS.get(count, str(count))
