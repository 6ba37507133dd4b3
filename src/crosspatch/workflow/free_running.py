"""What jobs of free running read; each method is an input function of Snakemake."""

from collections.abc import Callable, Mapping
from typing import Any

from crosspatch.records.histories import FREE_HOSTS
from crosspatch.workflow.grafts import named_donors

Config = Mapping[str, Any]
InputFunction = Callable[[Any], Any]


class FreeRunning:
    """Input functions over one config, for rules with the wildcards `{study}` and `{pair}` and either `{reader}`, who
    writes, or `{control}`.
    """

    def __init__(self, config: Config) -> None:
        self.config = config

    def manifest(self, whose: str) -> InputFunction:
        """Manifest of the checkpoint of `{reader}` (`host`), or of the `other` of its pair."""

        def path(wildcards: Any) -> str:  # noqa: ANN401 - Snakemake's own object
            reader = wildcards.reader if whose == "host" else dict(FREE_HOSTS.values())[wildcards.reader]
            return self._manifest(wildcards.study, self.config["pairs"][wildcards.pair][reader.split("_")[0]])

        return path

    def donors(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Manifests of the further donors of `{pair}`."""
        names = named_donors(self.config, wildcards.study, "free_grafts").get(wildcards.pair, [])
        return [self._manifest(wildcards.study, name) for name in names]

    def rollouts(self, whose: str) -> InputFunction:
        """What the `host` of `{control}`, or the `other` checkpoint, writes."""
        place = ("host", "other").index(whose)
        return lambda wildcards: (
            f"results/{wildcards.study}/free_running/{wildcards.pair}/{FREE_HOSTS[wildcards.control][place]}.parquet"
        )

    @staticmethod
    def _manifest(study: str, name: str) -> str:
        return f"results/{study}/checkpoints/{name}/checkpoint.json"
