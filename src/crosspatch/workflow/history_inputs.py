"""What jobs of histories read; each method is an input function of Snakemake."""

from collections.abc import Callable
from itertools import product
from typing import Any

from crosspatch.records.histories import HOSTS, READERS, SHARED_TEACHERS, TEACHERS
from crosspatch.workflow.config import Config, pairs_of
from crosspatch.workflow.free_running import FreeRunning
from crosspatch.workflow.grafts import Grafts

InputFunction = Callable[[Any], Any]


class Histories:
    """Input functions over one config, for rules with the wildcards `{study}`, `{pair}`, `{teacher}` and `{reader}`."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.grafts = Grafts(config)
        self.free_running = FreeRunning(config)

    def rollouts(self, wildcards: Any) -> str:  # noqa: ANN401 - Snakemake's own object
        """What `{teacher}` wrote."""
        side, mode = wildcards.teacher.split("_")
        checkpoint = self.config["pairs"][wildcards.pair][side]
        prompt_set = self.config["studies"][wildcards.study]["prompt_set"]
        return f"results/{wildcards.study}/rollouts/{checkpoint}/{mode}/{prompt_set}.parquet"

    def manifest(self, wildcards: Any) -> str:  # noqa: ANN401
        """Manifest of the checkpoint of `{reader}`."""
        return f"results/{wildcards.study}/checkpoints/{self._checkpoint(wildcards)}/checkpoint.json"

    def lens(self, wildcards: Any) -> str:  # noqa: ANN401
        """Lens of the checkpoint of `{reader}`."""
        return self._lens(wildcards, wildcards.reader.split("_")[0])

    def lens_of(self, side: str) -> InputFunction:
        """Lens of one side of `{pair}`."""
        return lambda wildcards: self._lens(wildcards, side)

    def other_lens(self, wildcards: Any) -> str:  # noqa: ANN401
        """Lens of the checkpoint of the pair that `{reader}` is not."""
        return self._lens(wildcards, self._other(wildcards).split("_")[0])

    def other_readings(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Readings of who is compared with `{reader}`."""
        folder = f"results/{wildcards.study}/readings/{wildcards.pair}/{self._other(wildcards)}"
        return [f"{folder}/{teacher}.parquet" for teacher in SHARED_TEACHERS]

    def mode(self, who: str) -> InputFunction:
        """Mode of the wildcard `who`, a teacher or a reader."""
        return lambda wildcards: getattr(wildcards, who).split("_")[1]

    def readings(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Every reading of every pair of `{study}`."""
        folder, pairs = f"results/{wildcards.study}/readings", pairs_of(self.config, wildcards.study)
        return [f"{folder}/{pair}/{one}/{other}.parquet" for pair, one, other in product(pairs, READERS, TEACHERS)]

    def bars(self, wildcards: Any) -> dict[str, float]:  # noqa: ANN401
        """What a match of endpoints must reach in `{study}`."""
        settings = self.config["studies"][wildcards.study]["controls"]["gap_matched"]
        return {name: settings[name] for name in ("retention", "imbalance")}

    def _other(self, wildcards: Any) -> str:  # noqa: ANN401
        return HOSTS[wildcards.reader]

    def _lens(self, wildcards: Any, side: str) -> str:  # noqa: ANN401
        checkpoint = self.config["pairs"][wildcards.pair][side]
        return f"results/{wildcards.study}/lenses/{checkpoint}/lens.safetensors"

    def _checkpoint(self, wildcards: Any) -> str:  # noqa: ANN401
        name: str = self.config["pairs"][wildcards.pair][wildcards.reader.split("_")[0]]
        return name
