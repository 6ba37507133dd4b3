"""Grafts of the config: what jobs read, which further donors a study has, and what can be wrong with them."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, product
from typing import Any, Final

from crosspatch.records.histories import BASE_RAW, HOSTS, TUNED_CHAT
from crosspatch.workflow.explaining import unknown

Config = Mapping[str, Any]
InputFunction = Callable[[Any], Any]
PRIMARY: Final = TUNED_CHAT
CONTROLS: Final = ("grafts", "free_grafts")
"""Controls that name further donors."""
TEACHERS: Final = {"tuned": PRIMARY, "base": BASE_RAW}
"""Whose histories are read with grafts, by the side that wrote them; controls are read with the first one's."""


def donors_of(config: Config, study: str) -> list[str]:
    """Return the checkpoints whose MLPs a study takes besides those of its pairs."""
    row = config["studies"][study]
    pairs = [*row["pairs"], *row.get("extra_pairs", [])]
    rows = chain(*(named_donors(config, study, control).items() for control in CONTROLS))
    return list(dict.fromkeys(chain(*(names for pair, names in rows if pair in pairs))))


def graft_problems(config: Config) -> Iterator[str]:
    """Yield what is wrong with the donors of studies; those of a pair that a study does not have count for nothing."""
    for study, control in product(config["studies"], CONTROLS):
        place, donors = f"studies/{study}/controls/{control}/donors", named_donors(config, study, control)
        yield from unknown(donors, config["pairs"], place, "pairs")
        for pair, names in donors.items():
            yield from unknown(names, config["checkpoints"], f"{place}/{pair}", "checkpoints")
            own = config["pairs"].get(pair, {})
            both = [name for name in names if name in (own.get("base"), own.get("tuned"))]
            if both:
                yield f"config: {place}/{pair} names {both[0]!r}, which is a side of the pair; name other checkpoints"


def named_donors(config: Config, study: str, control: str) -> Mapping[str, list[str]]:
    """Return by pair the further donors that a control of a study names."""
    rows: Mapping[str, list[str]] = config["studies"][study].get("controls", {}).get(control, {}).get("donors", {})
    return rows


class Grafts:
    """Input functions over one config, for rules with the wildcards `{study}`, `{pair}`, `{host}` and `{teacher}`."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def manifest(self, whose: str) -> InputFunction:
        """Manifest of the `host`, or of the `other` checkpoint."""
        return lambda wildcards: self._folder(wildcards, "checkpoints", whose) + "/checkpoint.json"

    def lens(self, whose: str) -> InputFunction:
        """Lens of the `host`, or of the `other` checkpoint."""
        return lambda wildcards: self._folder(wildcards, "lenses", whose) + "/lens.safetensors"

    def modes(self, wildcards: Any) -> list[str]:  # noqa: ANN401 - Snakemake's own object
        """Mode of the prompts of the host and of the other checkpoint."""
        return [reader.split("_")[1] for reader in (wildcards.host, HOSTS[wildcards.host])]

    def donors(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Manifests of the further donors of `{pair}`, with the primary history."""
        rows = named_donors(self.config, wildcards.study, "grafts").get(wildcards.pair, [])
        names = rows if wildcards.teacher == PRIMARY else []
        return [f"results/{wildcards.study}/checkpoints/{name}/checkpoint.json" for name in names]

    def seeds(self, wildcards: Any) -> list[int]:  # noqa: ANN401
        """Seeds of random controls; none where no controls are read."""
        seeds: list[int] = self._settings(wildcards)["seeds"]
        return seeds if wildcards.teacher == PRIMARY else []

    def united(self, wildcards: Any) -> list[list[str]]:  # noqa: ANN401
        """Windows that are unions of the pair's own."""
        united: list[list[str]] = self._settings(wildcards)["united"]
        return united

    def read(self, suffix: str) -> list[str]:
        """Patterns of the tables of all hosts and teachers of a pair, the teachers of a host together."""
        folder = "results/{study}/grafts/{pair}"
        return [f"{folder}/{host}/{teacher}{suffix}" for host, teacher in product(HOSTS, TEACHERS.values())]

    def _settings(self, wildcards: Any) -> Mapping[str, Any]:  # noqa: ANN401
        rows: Mapping[str, Any] = self.config["studies"][wildcards.study]["controls"]["grafts"]
        return rows

    def _folder(self, wildcards: Any, kind: str, whose: str) -> str:  # noqa: ANN401
        reader = wildcards.host if whose == "host" else HOSTS[wildcards.host]
        name = self.config["pairs"][wildcards.pair][reader.split("_")[0]]
        return f"results/{wildcards.study}/{kind}/{name}"
