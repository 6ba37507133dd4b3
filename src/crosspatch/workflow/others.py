"""Other descendants of the config: whose difference the control closure takes in the place of a pair's own."""

from collections.abc import Iterator, Mapping
from typing import Any

from crosspatch.workflow.explaining import unknown

Config = Mapping[str, Any]


def other_of(config: Config, study: str, pair: str) -> str | None:
    """Return the pair whose tuned checkpoint is the other descendant of a pair's base, if the study names one."""
    return _others(config, study).get(pair)


def closure_problems(config: Config, measured: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield what is wrong with the control closure; measured: the pairs of each study, null pairs too.

    Other descendants of a pair that a study does not have count for nothing.
    """
    for study, pairs in measured.items():
        yield from _primary_problems(config, study)
        place = f"studies/{study}/controls/closure/others"
        rows = _others(config, study)
        yield from unknown(rows, config["pairs"], place, "pairs")
        for pair, other in rows.items():
            if pair not in pairs:
                continue
            yield from unknown([other], pairs, f"{place}/{pair}", f"the pairs of study {study!r}")
            sides = [config["pairs"].get(name, {}) for name in (pair, other)]
            if sides[0].get("base") != sides[1].get("base"):
                yield f"config: {place}/{pair} is {other!r}, which has another base; name a pair with the same base"
            elif sides[0].get("tuned") == sides[1].get("tuned"):
                yield f"config: {place}/{pair} is {other!r}, which has the same tuned checkpoint; name another pair"


def _primary_problems(config: Config, study: str) -> Iterator[str]:
    row = config["studies"][study].get("controls", {}).get("closure")
    if row is not None and row["primary"] not in row["directions"]:
        yield (
            f"config: studies/{study}/controls/closure/primary is {row['primary']}, which is not in its directions "
            f"{row['directions']}; add it there"
        )


def _others(config: Config, study: str) -> Mapping[str, str]:
    rows: Mapping[str, str] = config["studies"][study].get("controls", {}).get("closure", {}).get("others", {})
    return rows
