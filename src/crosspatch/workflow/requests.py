"""What a job asks a cluster for: GPUs, cores, memory and minutes, by checkpoint and attempt."""

from collections.abc import Callable
from typing import Any

from crosspatch.workflow.config import Config
from crosspatch.workflow.descent import ancestors_of, is_on_corpus

Request = Callable[..., int]

SMALL_GB = 4  # a miniature, and what Python with torch needs by itself
GB_PER_BILLION = 2.5  # bfloat16 weights and the loader's working space
MINUTES_PER_BILLION = 6.0
OPERATIONS_PER_MINUTE = 6e15  # of a GPU in bfloat16, as docs/cluster.md estimates
READINGS_GB = 16  # a table of readings as it is read and sorted: 600 histories of 128 steps in 32 blocks, two lenses
PASSES = 4  # of a training step that computes its activations twice: the backward pass counts as two
ARMS_TIMES = 4  # as long as one pass, with a hundred arms of half a pass each, most of it no longer loading
FREE_TIMES = 8  # as long as one rollout of a quarter of its tokens, with half a dozen arms in small batches
LENS_PASSES = 12  # of a step of a lens: one of the blocks, and two products with the unembedding for every block
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

    def memory_of_both(self, wildcards: Any, attempt: int) -> int:  # noqa: ANN401
        """Megabytes of a job that has both checkpoints of `{pair}` in memory; each further attempt asks for as much."""
        return round(1000 * attempt * (SMALL_GB + 2 * GB_PER_BILLION * self._billions(wildcards)))

    def grafted_minutes(self, wildcards: Any, attempt: int) -> int:  # noqa: ANN401
        """Minutes of a job that runs a host under all arms; each further attempt asks for as much again."""
        return ARMS_TIMES * self.minutes(wildcards, attempt)

    def free_minutes(self, wildcards: Any, attempt: int) -> int:  # noqa: ANN401
        """Minutes of a job in which a host writes under all arms; each further attempt asks for as much again."""
        return FREE_TIMES * self.minutes(wildcards, attempt)

    def readings(self, wildcards: Any, attempt: int) -> int:  # noqa: ANN401
        """Megabytes of a job that has one table of readings in memory; each further attempt asks for as much again."""
        return 1000 * attempt * (READINGS_GB if self.gpus(wildcards) else SMALL_GB)

    def minutes(self, wildcards: Any, attempt: int) -> int:  # noqa: ANN401
        """Minutes; each further attempt asks for as much again."""
        return round(attempt * (30 + MINUTES_PER_BILLION * self._billions(wildcards)))

    def training_gpus(self, wildcards: Any) -> int:  # noqa: ANN401
        """GPUs of a job that trains `{checkpoint}`, or measures its gates: none for what the miniature world taught."""
        on_corpus = is_on_corpus(self.config["checkpoints"][wildcards.checkpoint])
        return self.gpus(wildcards) if on_corpus else 0

    def training_cores(self, wildcards: Any) -> int:  # noqa: ANN401
        """Cores of such a job."""
        return CORES_PER_GPU * self.training_gpus(wildcards) or 1

    def training_minutes(self, wildcards: Any, attempt: int) -> int:  # noqa: ANN401
        """Minutes of a job that trains `{checkpoint}`; each further attempt asks for as much again."""
        row = self.config["checkpoints"][wildcards.checkpoint]
        if not is_on_corpus(row):
            return self.minutes(wildcards, attempt)
        said = self.config["adapters"][row["adapter"]]
        operations: float = 2e9 * PASSES * self._billions(wildcards) * said["steps"] * said["batch"] * said["window"]
        return self.minutes(wildcards, attempt) + round(attempt * operations / OPERATIONS_PER_MINUTE)

    def lens_minutes(self, wildcards: Any, attempt: int) -> int:  # noqa: ANN401
        """Minutes of a job that trains one lens of `{checkpoint}`, or as many as there are seeds of further ones."""
        said = self.config["studies"][wildcards.study]["lenses"]
        lenses = len(said["again"]["seeds"]) if "again" in said else 1
        operations: float = 2e9 * LENS_PASSES * self._billions(wildcards) * said["steps"] * said["tokens"] * lenses
        return self.minutes(wildcards, attempt) + round(attempt * operations / OPERATIONS_PER_MINUTE)

    def _billions(self, wildcards: Any) -> float:  # noqa: ANN401
        names = (
            [wildcards.checkpoint]
            if "checkpoint" in wildcards.keys()  # noqa: SIM118 - wildcards are not a mapping
            else [self.config["pairs"][wildcards.pair][side] for side in ("base", "tuned")]
        )
        lines = [self.config["checkpoints"][one] for name in names for one in ancestors_of(self.config, name)]
        return max(float(row.get("billions", 0)) for row in lines)
