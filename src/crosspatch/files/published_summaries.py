"""Summaries that the authors of the papers committed: means by prompt, by block and by family, as JSON and CSV."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from crosspatch.errors import TableError

WINDOWS: Final[Mapping[str, str]] = {"early": "early", "mid": "middle", "late": "late"}
"""Windows of blocks, by the authors' word."""
LENSES: Final = ("raw", "tuned")
SIDES: Final[Mapping[str, str]] = {"it_graft_into_pt": "graft", "pt_swap_into_it": "swap"}
REGIONS: Final[Mapping[str, str]] = {"final_20pct": "final_fifth", "graft_window": "window"}
"""Where the distance to the final prediction was read, by the authors' word."""
METRIC: Final = "kl_to_own_final"
_TRUE, _RANDOM = re.compile(r"B_(\w+?)_true__delta_vs_A"), re.compile(r"B_(\w+?)_rand_resproj_s\d+__delta_vs_A")
_FEWEST: Final = 3
_EFFECTS: Final = ("level", "model", "side", "window_name", "region", "metric", "estimate")
_REMEDY = "this is not the published summary, or one of another layout; fetch it again"


def read_random_control(path: Path) -> pd.DataFrame:
    """Return a row per family and prompt with the columns `WINDOW true` and `WINDOW random`, in nats: how much a graft
    of the tuned MLPs of a window, or of random directions of their norm (mean over seeds), adds to the gap.

    Raises TableError, naming the prompt and the key, if one is missing, no number or not in all prompts.
    """
    rows = []
    for family, model in _mappings(_json(path), "models", str(path)):
        place = f"{path}, {family}"
        rows += [
            {"family": family, "prompt_id": prompt, **_grafts(branches, f"{place}, prompt {prompt!r}")}
            for prompt, branches in _mappings(model, "prompt_means", place)
        ]
    return pd.DataFrame(rows)


def _grafts(branches: Mapping[str, Any], place: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for theirs, ours in WINDOWS.items():
        for kind, pattern in {"true": _TRUE, "random": _RANDOM}.items():
            names = [name for name in branches if (match := pattern.fullmatch(name)) and match[1] == theirs]
            if not names:
                raise TableError(f"{place}: no key like {pattern.pattern!r} of the window {theirs!r}; {_REMEDY}")
            values = [
                _number(_mapping(branches[name], name, place), METRIC, f"{place}, {name}") for name in sorted(names)
            ]
            found[f"{ours} {kind}"] = math.fsum(values) / len(values)
    return found


def read_gap_by_block(path: Path) -> pd.DataFrame:
    """Return a row per lens, family and block with the mean distances to the final prediction of `base` and `tuned`.

    Raises TableError, naming the lens, family and key, if one is missing or no number, if a checkpoint has other
    numbers than one for every block, or fewer than three blocks; and if the lenses differ in their families.
    """
    rows, read = [], _json(path)
    for lens in LENSES:
        for family, model in _mappings(read, lens, str(path)):
            place = f"{path}, {lens} lens, {family}"
            depth = int(_number(model, "n_layers", place))
            if depth < _FEWEST:
                raise TableError(f"{place}: 'n_layers' is {depth}, too few to be cut into thirds; {_REMEDY}")
            sides = {
                side: _numbers(model, f"mean_kl_{word}_per_layer", depth, place)
                for side, word in {"base": "pt", "tuned": "it"}.items()
            }
            rows.append(pd.DataFrame({"lens": lens, "family": family, "block": range(depth), **sides}))
    found = pd.concat(rows, ignore_index=True)
    of_lens = {lens: sorted(set(found.loc[found["lens"] == lens, "family"])) for lens in LENSES}
    if len(set(map(tuple, of_lens.values()))) != 1:
        raise TableError(f"{path}: the lenses have other families than one another, {of_lens}; {_REMEDY}")
    return found


def read_window_effects(path: Path) -> pd.DataFrame:
    """Return a row per family, window, side (graft, swap) and region with its effect on the gap, `value`, in nats.

    Raises TableError, naming the column or row, if a column is missing, a word unknown, a value no number, a row there
    twice, or a family without an effect that others have.
    """
    try:
        rows = pd.read_csv(path, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: cannot be read ({error}); {_REMEDY}") from error
    missing = [name for name in _EFFECTS if name not in rows]
    if missing:
        raise TableError(f"{path}: no column {missing[0]!r}; {_REMEDY}")
    own = rows[(rows["level"] == "model") & (rows["metric"] == METRIC)].reset_index(drop=True)
    for name, known in {"side": SIDES, "region": REGIONS}.items():
        strange = sorted(set(own[name]) - set(known))
        if strange:
            raise TableError(f"{path}: {name!r} is {strange[0]!r}, not one of {sorted(known)}; {_REMEDY}")
    found = own.assign(side=own["side"].map(SIDES), region=own["region"].map(REGIONS))
    found = found.rename(columns={"model": "family", "window_name": "window", "estimate": "value"})
    found = found[["family", "window", "side", "region", "value"]]
    _check_whole(found, path)
    return found


def _check_whole(effects: pd.DataFrame, path: Path) -> None:
    key = ["window", "side", "region"]
    if effects.empty:
        raise TableError(f"{path}: no row of level 'model' and metric {METRIC!r}; {_REMEDY}")
    bad = effects[~pd.to_numeric(effects["value"], errors="coerce").abs().lt(math.inf)]
    if len(bad):
        where, value = bad.iloc[0][["family", *key]].tolist(), bad["value"].iloc[0]
        raise TableError(f"{path}: 'estimate' of {where} is {value}, not a finite number; {_REMEDY}")
    wanted = pd.MultiIndex.from_frame(effects[key].drop_duplicates())
    for family, own in effects.groupby("family"):
        counts = own.groupby(key).size().reindex(wanted, fill_value=0)
        if len(wrong := counts[counts != 1]):
            raise TableError(f"{path}: {wrong.iloc[0]} rows of {family!r} for {list(wrong.index[0])}; {_REMEDY}")


def _json(path: Path) -> Mapping[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: not JSON ({error}); {_REMEDY}") from error
    if not isinstance(read, dict):
        raise TableError(f"{path}: a {type(read).__name__} instead of a JSON object; {_REMEDY}")
    return read


def _mappings(row: Mapping[str, Any], key: str, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = _mapping(row.get(key), key, place)
    if not found:
        raise TableError(f"{place}: {key!r} is empty; {_REMEDY}")
    yield from ((name, _mapping(value, name, f"{place}, {key}")) for name, value in found.items())


def _mapping(value: Any, key: str, place: str) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON value
    if not isinstance(value, dict):
        raise TableError(f"{place}: no {key!r} ({value!r} is no JSON object); {_REMEDY}")
    return value


def _numbers(row: Mapping[str, Any], key: str, count: int, place: str) -> list[float]:
    found = row.get(key)
    if not isinstance(found, list) or len(found) != count:
        raise TableError(f"{place}: {key!r} is no list of {count} numbers, one a block; {_REMEDY}")
    return [_number({key: value}, key, place) for value in found]


def _number(row: Mapping[str, Any], key: str, place: str) -> float:
    found = row.get(key)
    if not isinstance(found, int | float) or isinstance(found, bool) or not math.isfinite(found):
        raise TableError(f"{place}: {key!r} is {found!r}, not a finite number; {_REMEDY}")
    return float(found)
