"""What is expected of answers, and what graded them; each method is an input function of Snakemake."""

from collections.abc import Callable
from typing import Any, Final

from crosspatch.workflow.config import Config, pairs_of

InputFunction = Callable[[Any], Any]
GRADED: Final = frozenset({"forced_tokens", "behaviour", "free_grafts", "free_swaps", "free_raw_swaps"})
"""Controls that grade answers, for which what is expected of them is fetched."""


class Answers:
    """Input functions over one config."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def expectations(self, wildcards: Any) -> str:  # noqa: ANN401 - Snakemake's own object
        """What is expected of the answers to the study's prompts."""
        return f"results/{wildcards.study}/expectations/{self._prompt_set(wildcards)}.parquet"

    def world_of_prompts(self, wildcards: Any) -> dict[str, Any]:  # noqa: ANN401
        """How the world was dealt that `{prompt_set}` is taken from."""
        recipe = self.config["prompt_sets"][wildcards.prompt_set]["recipe"]
        world: dict[str, Any] = self.config["recipes"][recipe]["world"]
        return world

    def grades_of(self, side: str) -> InputFunction:
        """Grades of the rollouts of one side of every pair of the study."""

        def paths(wildcards: Any) -> list[str]:  # noqa: ANN401
            folder, prompt_set = f"results/{wildcards.study}/grades", self._prompt_set(wildcards)
            names = [self.config["pairs"][pair][side] for pair in pairs_of(self.config, wildcards.study)]
            return [f"{folder}/{name}/raw/{prompt_set}.parquet" for name in names]

        return paths

    def _prompt_set(self, wildcards: Any) -> str:  # noqa: ANN401
        name: str = self.config["studies"][wildcards.study]["prompt_set"]
        return name
