"""What figures and tables of closures share: places, numbers of directions, and estimates by place and name."""

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.experiments.closure.names import RANDOM, REGISTERED, at, of_directions, place_of
from crosspatch.figures.rows import REMEDY, select_arms
from crosspatch.figures.words import Labels
from crosspatch.records.arms import less

_COUNT: Final = re.compile(rf"{REGISTERED}, (\d+) directions?")
_PLACE: Final = re.compile(r"boundary (\d+), ")


def counts_in(closure: pd.DataFrame, wanted_by: str) -> list[int]:
    """Return the numbers of directions of a table of estimates, rising; TableError, naming who asks, if it has none."""
    found = {int(match[1]) for arm in closure["arm"].unique() if (match := _COUNT.fullmatch(str(arm)))}
    if not found:
        raise TableError(f"{wanted_by}: no projection on directions among the arms; {REMEDY}")
    return sorted(found)


def primary_in(closure: pd.DataFrame, wanted_by: str) -> int:
    """Return the number of directions that controls are compared with; TableError as above."""
    arms = set(closure["arm"])
    found = [one for one in counts_in(closure, wanted_by) if at(REGISTERED, less(of_directions(one), RANDOM)) in arms]
    if not found:
        raise TableError(f"{wanted_by}: no projection is compared with a random direction; {REMEDY}")
    return found[0]


def boundaries_in(closure: pd.DataFrame) -> list[str]:
    """Return the places of a table of estimates, the registered one first and boundaries in their order."""
    found = {int(match[1]) for arm in closure["arm"].unique() if (match := _PLACE.match(str(arm)))}
    return [REGISTERED, *map(place_of, sorted(found))]


def closures(
    closure: pd.DataFrame, labels: Labels, wanted_by: str, places: Sequence[str], names: Sequence[str]
) -> pd.DataFrame:
    """Return the closures of some arms at some places, with `place`, and the name in the place of the arm."""
    known = {at(place, name): (place, name) for place in places for name in names}
    rows = select_arms(closure, wanted_by, labels, effect="closure", arm=list(known))
    about = pd.DataFrame([known[arm] for arm in rows["arm"]], columns=["place", "arm"])
    return rows.assign(place=about["place"], arm=about["arm"])
