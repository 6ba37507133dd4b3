"""What jobs of histories read; each method is an input function of Snakemake."""

from collections.abc import Callable
from itertools import product
from typing import Any

from crosspatch.records.histories import READERS, TEACHERS
from crosspatch.workflow.config import Config, pairs_of

InputFunction = Callable[[Any], Any]


class Histories:
    """Input functions over one config, for rules with the wildcards `{study}`, `{pair}`, `{teacher}` and `{reader}`."""

    def __init__(self, config: Config) -> None:
        self.config = config

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
        return f"results/{wildcards.study}/lenses/{self._checkpoint(wildcards)}/lens.safetensors"

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

    def _checkpoint(self, wildcards: Any) -> str:  # noqa: ANN401
        name: str = self.config["pairs"][wildcards.pair][wildcards.reader.split("_")[0]]
        return name
