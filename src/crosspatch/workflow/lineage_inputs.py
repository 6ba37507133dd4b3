"""What each job of a lineage reads; each method is an input function of Snakemake."""

from collections.abc import Callable
from typing import Any

from crosspatch.workflow.config import Config, measured_pairs
from crosspatch.workflow.lineages import lineages_of, verifying_pairs

InputFunction = Callable[[Any], Any]


class Lineages:
    """Input functions over one config, for rules with the wildcards `{study}`, `{lineage}` and `{pair}`, a support."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def names(self) -> str:
        """Wildcard constraint: every lineage (none: a pattern nothing matches)."""
        return "|".join(self.config.get("lineages", {})) or "(?!)"

    def stages(self, wildcards: Any) -> list[str]:  # noqa: ANN401 - Snakemake's own object
        """Checkpoints of `{lineage}`, in order."""
        return list(self.config["lineages"][wildcards.lineage]["stages"])

    def of_stages(self, pattern: str) -> InputFunction:
        """One file per stage of `{lineage}`, in order."""
        return lambda wildcards: [
            pattern.format(study=wildcards.study, lineage=wildcards.lineage, pair=wildcards.pair, checkpoint=stage)
            for stage in self.stages(wildcards)
        ]

    def verified(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Proofs that the halves of every stage are its checkpoint: those of pairs of the first stage and a later."""
        pairs = verifying_pairs(self.config, wildcards.lineage, measured_pairs(self.config, wildcards.study))
        later = self.stages(wildcards)[1:]
        return [f"results/{wildcards.study}/pairs/{pairs[stage]}/verified.json" for stage in later]

    def sides(self, wildcards: Any) -> dict[str, str]:  # noqa: ANN401
        """Checkpoints of the support `{pair}` by side."""
        return {side: self.config["pairs"][wildcards.pair][side] for side in ("base", "tuned")}

    def own_prompts(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Prompt set that `{lineage}` names for its estimates, if it does."""
        row = self.config["lineages"][wildcards.lineage]
        return [f"results/{wildcards.study}/prompts/{row['prompt_set']}.parquet"] if "prompt_set" in row else []

    def rows(self, wildcards: Any) -> dict[str, Any]:  # noqa: ANN401
        """Rows of the lineages of `{study}`, by name."""
        return {name: self.config["lineages"][name] for name in lineages_of(self.config, wildcards.study)}

    def labels(self, wildcards: Any) -> dict[str, str]:  # noqa: ANN401
        """Labels of the pairs that support them."""
        supports = [pair for row in self.rows(wildcards).values() for pair in row["supports"]]
        return {pair: self.config["pairs"][pair]["label"] for pair in supports}

    def estimates(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Estimates of every lineage of `{study}` on each of its supports."""
        return [
            f"results/{wildcards.study}/lineages/{name}/{pair}/estimates.parquet"
            for name, row in self.rows(wildcards).items()
            for pair in row["supports"]
        ]
