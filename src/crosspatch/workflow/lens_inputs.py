"""What jobs about lenses read; each method is an input function of Snakemake."""

from collections.abc import Callable, Mapping
from typing import Any

from crosspatch.errors import ConfigError
from crosspatch.workflow.config import Config, measured_pairs, pairs_of
from crosspatch.workflow.corpora import home_of
from crosspatch.workflow.descent import recipe_of

InputFunction = Callable[[Any], Any]
RECIPE = ("most_tokens", "tokens", "steps", "rate", "evaluate_every", "held_out", "seed")
"""Settings on which a lens depends; the others say of which checkpoints there are lenses, and on which texts."""


class Lenses:
    """Input functions over one config, for rules with the wildcards `{study}` and `{checkpoint}`."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def recipe(self, wildcards: Any) -> dict[str, Any]:  # noqa: ANN401 - Snakemake's own object
        """How all lenses of the study are trained."""
        said = self._said(wildcards.study)
        return {key: said[key] for key in RECIPE}

    def texts(self, wildcards: Any) -> str:  # noqa: ANN401
        """Texts that the lens of `{checkpoint}` is trained on: the study's, or the documents of its recipe."""
        home, named = home_of(self.config, wildcards.study), self._said(wildcards.study).get("texts")
        if named is not None:
            return f"results/{home}/texts/{named}/documents.parquet"
        return f"results/{home}/world/{recipe_of(self.config, wildcards.checkpoint)}/documents.parquet"

    def rollouts(self, wildcards: Any) -> str:  # noqa: ANN401
        """Continuations of the study's prompts by `{checkpoint}`, in the mode in which it reads texts."""
        prompt_set = self.config["studies"][wildcards.study]["prompt_set"]
        return f"results/{wildcards.study}/rollouts/{wildcards.checkpoint}/{self.mode(wildcards)}/{prompt_set}.parquet"

    def mode(self, wildcards: Any) -> str:  # noqa: ANN401
        """How `{checkpoint}` reads texts: in its chat template if it is the tuned side of a pair, null pairs aside."""
        tuned = {self.config["pairs"][pair]["tuned"] for pair in pairs_of(self.config, wildcards.study)}
        return "chat" if wildcards.checkpoint in tuned else "raw"

    def seeds(self, wildcards: Any) -> list[int]:  # noqa: ANN401
        """Seeds from which further lenses of `{checkpoint}` are trained."""
        seeds: list[int] = self._said(wildcards.study)["again"]["seeds"]
        return seeds

    def of_checkpoints(self, name: str) -> InputFunction:
        """A file of the lens of every checkpoint that has one."""
        return lambda wildcards: [
            f"results/{wildcards.study}/lenses/{checkpoint}/{name}" for checkpoint in self.described(wildcards)
        ]

    def repeats(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Quality of the further lenses of both sides of the pair that has them."""
        pair = self.config["pairs"][self._said(wildcards.study)["again"]["pair"]]
        return [f"results/{wildcards.study}/lenses/{pair[side]}/repeats.parquet" for side in ("base", "tuned")]

    def described(self, wildcards: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
        """Family (label of the first pair that has it), side and pairs of every checkpoint that has a lens."""
        found: dict[str, dict[str, Any]] = {}
        for pair in self._pairs(wildcards.study):
            row = self.config["pairs"][pair]
            for side in ("base", "tuned"):
                about = found.setdefault(row[side], {"family": row["label"], "side": side, "pairs": []})
                about["pairs"].append(pair)
        return found

    def _pairs(self, study: str) -> list[str]:
        pairs: list[str] = self._said(study).get("pairs", measured_pairs(self.config, study))
        return pairs

    def _said(self, study: str) -> Mapping[str, Any]:
        if "lenses" not in self.config["studies"][study]:
            raise ConfigError(f"config: studies/{study} has no `lenses`, which says how they are trained; add it")
        said: Mapping[str, Any] = self.config["studies"][study]["lenses"]
        return said
