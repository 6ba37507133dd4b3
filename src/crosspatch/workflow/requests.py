"""What a job asks a cluster for: GPUs, cores, memory and minutes, by checkpoint and attempt."""

from collections.abc import Callable
from typing import Any

from crosspatch.workflow.config import Config

Request = Callable[..., int]

SMALL_GB = 4  # a miniature, and what Python with torch needs by itself
GB_PER_BILLION = 2.5  # bfloat16 weights and the loader's working space
MINUTES_PER_BILLION = 6.0
CORES_PER_GPU = (
    4  # for loading, tokenizing and the CUDA driver; torch computes on the threads of the rule, which is one
)


class Requests:
    """Resource functions of Snakemake over one config; each takes wildcards and the attempt."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def gpus(self, wildcards: Any) -> int:  # noqa: ANN401 - Snakemake's own object
        """GPUs of a job that runs blocks."""
        number: int = self.config["studies"][wildcards.study]["engine"].get("gpus", 0)
        return number

    def cores(self, wildcards: Any) -> int:  # noqa: ANN401
        """Cores of a job that runs blocks: several beside a GPU, else one."""
        return CORES_PER_GPU * self.gpus(wildcards) or 1

    def memory(self, wildcards: Any, attempt: int) -> int:  # noqa: ANN401
        """Megabytes of main memory; each further attempt asks for as much again."""
        return round(1000 * attempt * (SMALL_GB + GB_PER_BILLION * self._billions(wildcards)))

    def minutes(self, wildcards: Any, attempt: int) -> int:  # noqa: ANN401
        """Minutes; each further attempt asks for as much again."""
        return round(attempt * (30 + MINUTES_PER_BILLION * self._billions(wildcards)))

    def _billions(self, wildcards: Any) -> float:  # noqa: ANN401
        names = (
            [wildcards.checkpoint]
            if "checkpoint" in wildcards.keys()  # noqa: SIM118 - wildcards are not a mapping
            else [self.config["pairs"][wildcards.pair][side] for side in ("base", "tuned")]
        )
        return max(float(self.config["checkpoints"][name].get("billions", 0)) for name in names)
