"""Paths and settings of the checkpoints that the workflow trains; each method is an input function of Snakemake."""

from collections.abc import Callable
from typing import Any

from crosspatch.workflow.config import Config, pairs_of
from crosspatch.workflow.corpora import home_of
from crosspatch.workflow.descent import FOLLOWING, MERGED, STAGES, is_gated, is_on_corpus, recipe_of, settings_of

InputFunction = Callable[[Any], Any]


class Training:
    """Input functions over one config."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def trained_here(self) -> str:
        """Wildcard constraint: the studies whose trained checkpoints are made in their own folder."""
        return "|".join(name for name, study in self.config["studies"].items() if "checkpoints_from" not in study)

    def trained_elsewhere(self) -> str:
        """Wildcard constraint: the other studies (none: a pattern nothing matches)."""
        borrowers = [name for name, study in self.config["studies"].items() if "checkpoints_from" in study]
        return "|".join(borrowers) or "(?!)"

    def trained_names(self) -> str:
        """Wildcard constraint: the checkpoints that this workflow trains (none: a pattern nothing matches)."""
        return "|".join(name for name, row in self.config["checkpoints"].items() if row["source"] in STAGES) or "(?!)"

    def parent(self, wildcards: Any) -> str:  # noqa: ANN401
        """Manifest of the checkpoint that `{checkpoint}` is trained from."""
        parent = self.config["checkpoints"][wildcards.checkpoint]["parent"]
        return f"results/{wildcards.study}/checkpoints/{parent}/checkpoint.json"

    def recipe_file(self, name: str) -> InputFunction:
        """A file of the recipe of `{checkpoint}`: documents, instructions, exam or tokenizer."""
        return lambda wildcards: (
            f"results/{wildcards.study}/world/{recipe_of(self.config, wildcards.checkpoint)}/{name}"
        )

    def recipe_leaf(self, *keys: str) -> InputFunction:
        """A leaf of the recipe of `{checkpoint}`."""

        def leaf(wildcards: Any) -> Any:  # noqa: ANN401
            value = self.config["recipes"][recipe_of(self.config, wildcards.checkpoint)]
            for key in keys:
                value = value[key]
            return value

        return leaf

    def settings(self, wildcards: Any) -> Any:  # noqa: ANN401
        """What is said about the stage of `{checkpoint}`: its recipe's settings, and over these its own."""
        return settings_of(self.config, wildcards.checkpoint)

    def bars(self, wildcards: Any) -> Any:  # noqa: ANN401
        """Bars that `{checkpoint}` must pass."""
        return self._adapter(wildcards)["gates"] if self._on_corpus(wildcards) else self.recipe_leaf("gates")(wildcards)

    def dtype(self, wildcards: Any) -> str:  # noqa: ANN401
        """Dtype that the weights of `{checkpoint}` are stored in; `checkpoint` for that of its parent."""
        placed: str = self.placement(wildcards)["dtype"]
        return placed if self._on_corpus(wildcards) else str(self.recipe_leaf("dtype")(wildcards))

    def placement(self, wildcards: Any) -> dict[str, str]:  # noqa: ANN401
        """Where and how `{checkpoint}` is trained: as the study's engine says, or as all miniatures are."""
        engine = self.config["studies"][wildcards.study]["engine"]["placement"]
        if self._on_corpus(wildcards):
            return {key: value for key, value in engine.items() if key != "linear"}  # packed layers cannot be trained
        kernels = engine.get("kernels", "native")
        return {"device": "cpu", "dtype": "float32", "attention": "sdpa", "kernels": kernels}

    def documents(self, wildcards: Any) -> str:  # noqa: ANN401
        """Documents that the adapter of `{checkpoint}` is trained on, or some of them."""
        if self._on_corpus(wildcards):
            corpus = self.config["checkpoints"][wildcards.checkpoint]["corpus"]
            return f"results/{wildcards.study}/corpora/{corpus}/corpus.parquet"
        return str(self.recipe_file("documents.parquet")(wildcards))

    def texts(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """All texts that the gates of `{checkpoint}` are measured on."""
        world = () if self._on_corpus(wildcards) else ("instructions", "preferences", "exam")
        return [self.documents(wildcards), *(self.recipe_file(f"{name}.parquet")(wildcards) for name in world)]

    def tokenizer_of_corpus(self, wildcards: Any) -> str:  # noqa: ANN401
        """Manifest of the checkpoint whose tokenizer cuts the support prompts of `{corpus}`."""
        name = self.config["corpora"][wildcards.corpus]["support"]["tokenizer"]
        return f"results/{wildcards.study}/checkpoints/{name}/checkpoint.json"

    def support(self, wildcards: Any) -> str:  # noqa: ANN401
        """Support prompts of the corpus of `{prompt_set}`."""
        corpus = self.config["prompt_sets"][wildcards.prompt_set]["corpus"]
        return f"results/{self._home(wildcards)}/corpora/{corpus}/support.parquet"

    def gated_names(self) -> str:
        """Wildcard constraint: the checkpoints that must pass gates (none: a pattern nothing matches)."""
        return "|".join(name for name, row in self.config["checkpoints"].items() if is_gated(row)) or "(?!)"

    def adapter(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """The adapter that was merged into `{checkpoint}`, if one was."""
        merged = self.config["checkpoints"][wildcards.checkpoint]["source"] in MERGED
        folder = f"results/{wildcards.study}/checkpoints/{wildcards.checkpoint}/adapter"
        return [f"{folder}/adapter_model.safetensors"] if merged else []

    def passed(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """That the checkpoints of `{pair}` passed their gates, of those that have any."""
        pair, folder = self.config["pairs"][wildcards.pair], f"results/{self._home(wildcards)}/checkpoints"
        gated = [pair[side] for side in ("base", "tuned") if is_gated(self.config["checkpoints"][pair[side]])]
        return [f"{folder}/{name}/passed.json" for name in gated]

    def exam(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """What the tuned checkpoint of `{pair}` learned, if this workflow taught it all categories of instructions."""
        tuned = self.config["pairs"][wildcards.pair]["tuned"]
        row = self.config["checkpoints"][tuned]
        trained = row["source"] in FOLLOWING and "categories" not in row
        return [f"results/{self._home(wildcards)}/checkpoints/{tuned}/learned.json"] if trained else []

    def trained(self, wildcards: Any) -> dict[str, list[str]]:  # noqa: ANN401
        """{checkpoint: [first pair that has it, stage of training]} of the checkpoints that the study trains."""
        rows = self.config["checkpoints"]
        found: dict[str, list[str]] = {}
        for pair in pairs_of(self.config, wildcards.study):
            for name in (self.config["pairs"][pair][side] for side in ("base", "tuned")):
                if rows[name]["source"] in STAGES:
                    found.setdefault(name, [pair, rows[name]["source"].replace("_", " ")])
        return found

    def losses(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Loss curves of the checkpoints that the study trains."""
        folder = f"results/{self._home(wildcards)}/checkpoints"
        return [f"{folder}/{name}/losses.parquet" for name in self.trained(wildcards)]

    def lent(self, wildcards: Any) -> str:  # noqa: ANN401
        """Manifest of `{checkpoint}` in the study that trains it for `{study}`."""
        return f"results/{self._home(wildcards)}/checkpoints/{wildcards.checkpoint}/checkpoint.json"

    def _home(self, wildcards: Any) -> str:  # noqa: ANN401
        return home_of(self.config, wildcards.study)

    def _on_corpus(self, wildcards: Any) -> bool:  # noqa: ANN401
        return is_on_corpus(self.config["checkpoints"][wildcards.checkpoint])

    def _adapter(self, wildcards: Any) -> Config:  # noqa: ANN401
        row: Config = self.config["adapters"][self.config["checkpoints"][wildcards.checkpoint]["adapter"]]
        return row
