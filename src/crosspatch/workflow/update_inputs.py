"""What jobs about the size of updates read; each method is an input function of Snakemake."""

from collections.abc import Callable
from typing import Any

from crosspatch.workflow.config import Config, measured_pairs, null_pairs_of
from crosspatch.workflow.corpora import home_of
from crosspatch.workflow.descent import FOLLOWING, STAGES, runs_of, settings_of, steps_of

InputFunction = Callable[[Any], Any]


class Updates:
    """Input functions over one config, for rules with the wildcard `{study}`; null pairs are among its pairs."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def of_pairs(self, pattern: str) -> InputFunction:
        """One file per pair, in the order of `described`."""
        return lambda wildcards: [
            pattern.format(study=wildcards.study, pair=pair) for pair in measured_pairs(self.config, wildcards.study)
        ]

    def taught(self, wildcards: Any) -> dict[str, str]:  # noqa: ANN401 - Snakemake's own object
        """Tuned checkpoint of every pair."""
        return {pair: self.config["pairs"][pair]["tuned"] for pair in measured_pairs(self.config, wildcards.study)}

    def boundaries(self, wildcards: Any) -> dict[str, int]:  # noqa: ANN401
        """Boundary of every pair."""
        return {pair: self.config["pairs"][pair]["boundary"] for pair in self.taught(wildcards)}

    def learned(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Marks of the tuned checkpoints that sat the exam."""
        home = home_of(self.config, wildcards.study)
        rows = self.config["checkpoints"]
        examined = [name for name in self.taught(wildcards).values() if rows[name]["source"] in FOLLOWING]
        return [f"results/{home}/checkpoints/{name}/learned.json" for name in dict.fromkeys(examined)]

    def described(self, wildcards: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
        """What the config says of the training of every pair: columns of the `updates` table."""
        taught, nulls = self.taught(wildcards), null_pairs_of(self.config, wildcards.study)
        labels = {pair: self.config["pairs"][pair]["label"] for pair in taught}
        runs = {pair: labels[last] for last, steps in runs_of(self.config, list(taught)).items() for pair in steps}
        return {
            pair: {
                "pair": pair,
                "label": labels[pair],
                "training": self._training(tuned),
                "is_null": pair in nulls,
                "run": runs.get(pair),
                "step": steps_of(self.config, tuned),
            }
            for pair, tuned in taught.items()
        }

    def _training(self, checkpoint: str) -> str:
        row = self.config["checkpoints"][checkpoint]
        if row["source"] not in STAGES:
            return "released"
        settings = settings_of(self.config, checkpoint) if row["source"] != "pretraining" else {}
        said = [
            f"{settings[key]:g} {word}"
            for key, word in {"steps": "steps", "rate": "peak rate"}.items()
            if key in settings
        ]
        said += [" and ".join(row[key]) for key in ("categories", "kinds") if key in row]
        return ", ".join([row["source"].replace("_", " "), *said, f"seed {row['seed']}"])
