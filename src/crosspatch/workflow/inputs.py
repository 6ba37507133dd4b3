"""Paths that a rule's wildcards and the config decide together; each method is an input function of Snakemake."""

from collections.abc import Callable
from typing import Any

from crosspatch.workflow.answer_inputs import GRADED
from crosspatch.workflow.config import (
    Config,
    checkpoints_of,
    measured_pairs,
    null_pairs_of,
    pairs_of,
    records_of,
)
from crosspatch.workflow.corpora import corpora_of, home_of
from crosspatch.workflow.finished import FLOORS, has_control
from crosspatch.workflow.ideas import Question, all_controls, questions_to
from crosspatch.workflow.lenses import texts_of
from crosspatch.workflow.lineages import lineages_of
from crosspatch.workflow.others import other_of

InputFunction = Callable[[Any], Any]


class Inputs:
    """Input functions over one config."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def manifest(self, side: str) -> InputFunction:
        """Manifest of one side of the pair `{pair}`."""
        return lambda wildcards: f"results/{wildcards.study}/checkpoints/{self._side(wildcards, side)}/checkpoint.json"

    def rollouts(self, side: str) -> InputFunction:
        """Rollouts of one side of the pair `{pair}` on the study's prompt set, from raw text."""

        def path(wildcards: Any) -> str:  # noqa: ANN401
            folder = f"results/{wildcards.study}/rollouts/{self._side(wildcards, side)}/raw"
            return f"{folder}/{self._prompt_set(wildcards)}.parquet"

        return path

    def prompts(self, wildcards: Any) -> str:  # noqa: ANN401 - Snakemake's own object
        """Prompt set of the study."""
        return f"results/{wildcards.study}/prompts/{self._prompt_set(wildcards)}.parquet"

    def check(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Check of the pair that `{checkpoint}` is rolled out for; none if several pairs of the study share it, since a
        refusal of one of them does not concern the others. A null pair counts only where no other has it.
        """
        pairs, nulls = self._users(wildcards, pairs_of), self._users(wildcards, null_pairs_of)
        users = pairs or nulls
        return [f"results/{wildcards.study}/pairs/{users[0]}/checked.json"] if len(users) == 1 else []

    def fetched(self, study: str) -> list[str]:
        """What a study takes from elsewhere: manifests and prompts, and the checks of pairs that need nothing more."""
        pairs = self.config["pairs"]
        sides = {pair: [pairs[pair]["base"], pairs[pair]["tuned"]] for pair in measured_pairs(self.config, study)}
        taken = [name for name, row in checkpoints_of(self.config, study).items() if row["source"] in ("hub", "folder")]
        manifests = [f"results/{study}/checkpoints/{name}/checkpoint.json" for name in taken]
        prompt_set = self.config["studies"][study]["prompt_set"]
        own = [self.config["lineages"][name].get("prompt_set", prompt_set) for name in lineages_of(self.config, study)]
        manifests += self._corpora(study, [prompt_set, *own])
        home = home_of(self.config, study)
        manifests += [f"results/{home}/texts/{name}/documents.parquet" for name in texts_of(self.config, study)]
        if self.config["prompt_sets"][prompt_set]["source"] == "world":
            return manifests
        whole = [pair for pair, names in sides.items() if set(names) <= set(taken)]
        checks = [f"results/{study}/pairs/{pair}/shape.json" for pair in whole]
        prompts = [f"results/{study}/prompts/{name}.parquet" for name in dict.fromkeys([prompt_set, *own])]
        graded = not GRADED.isdisjoint(self.controls(study))
        return [*manifests, *prompts, *checks, *([f"results/{study}/expectations/{prompt_set}.parquet"] * graded)]

    def _corpora(self, study: str, prompt_sets: list[str]) -> list[str]:
        home, taken = home_of(self.config, study), checkpoints_of(self.config, study)
        names = corpora_of(self.config, taken, prompt_sets)
        return [f"results/{home}/corpora/{name}/corpus.parquet" for name in names]

    def exam_of_prompts(self, wildcards: Any) -> str:  # noqa: ANN401
        """Held-out prompts of the recipe that `{prompt_set}` is taken from."""
        recipe = self.config["prompt_sets"][wildcards.prompt_set]["recipe"]
        return f"results/{wildcards.study}/world/{recipe}/exam.parquet"

    def of_null_pairs(self, pattern: str) -> InputFunction:
        """One file per null pair of the study, in the config's order."""
        return lambda wildcards: [
            pattern.format(study=wildcards.study, pair=pair) for pair in null_pairs_of(self.config, wildcards.study)
        ]

    def floor_values(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """What is measured of null pairs, of those of the FLOORS of `{control}` that `{study}` has."""
        measured = [one for one in FLOORS[wildcards.control] if has_control(one, self.config, wildcards.study)]
        nulls = null_pairs_of(self.config, wildcards.study)
        return [f"results/{wildcards.study}/controls/{pair}/{one}_values.parquet" for pair in nulls for one in measured]

    def chats(self, wildcards: Any) -> bool:  # noqa: ANN401
        """Whether the tuned checkpoint of `{pair}` reads prompts in its chat template; that of a null pair does not."""
        row = self.config["studies"][wildcards.study]
        reads = "lenses" in row or "free_grafts" in row.get("controls", {})
        return reads and wildcards.pair not in null_pairs_of(self.config, wildcards.study)

    def null_pairs(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Null pairs of the study."""
        return null_pairs_of(self.config, wildcards.study)

    def of_pairs(self, pattern: str, *, extra: bool) -> InputFunction:
        """One file per pair of the study, in the config's order; `extra` pairs are those outside the balanced mean."""
        return lambda wildcards: [
            pattern.format(study=wildcards.study, pair=pair) for pair in self.pairs(extra=extra)(wildcards)
        ]

    def pairs(self, *, extra: bool) -> InputFunction:
        """Pairs of the study."""
        return lambda wildcards: (
            pairs_of(self.config, wildcards.study) if extra else list(self.config["studies"][wildcards.study]["pairs"])
        )

    def manifests(self, side: str, *, extra: bool = True) -> InputFunction:
        """Manifest of one side of every pair of the study."""
        return lambda wildcards: [
            f"results/{wildcards.study}/checkpoints/{self.config['pairs'][pair][side]}/checkpoint.json"
            for pair in self.pairs(extra=extra)(wildcards)
        ]

    def published(self, wildcards: Any) -> str:  # noqa: ANN401
        """Numbers of the paper that the study is compared with."""
        claims: dict[str, Any] = self.config["studies"][wildcards.study].get("claims", {})
        return f"data/published/{claims.get('paper', 'cross_patching')}.csv"

    def published_prompts(self, key: str) -> InputFunction:
        """Prompt set of the published records (`prompts`), or of their headline (`headline`)."""
        return lambda wildcards: f"results/{wildcards.study}/prompts/{records_of(self.config)[key]}.parquet"

    def published_boundary(self, _: Any) -> int:  # noqa: ANN401
        """Boundary of the pair of the published records."""
        boundary: int = self.config["pairs"][records_of(self.config)["pair"]]["boundary"]
        return boundary

    def controls(self, study: str) -> list[str]:
        """Controls of a study, in the config's order."""
        return list(self.config["studies"][study].get("controls", {}))

    def estimates_of_controls(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Estimates of all controls of `{study}`, in the config's order."""
        study = wildcards.study
        return [f"results/{study}/estimates/controls/{control}.parquet" for control in self.controls(study)]

    def questions(self, wildcards: Any) -> list[Question]:  # noqa: ANN401
        """Questions to the estimates of `{study}` and to its controls, in the config's order."""
        return questions_to(self.controls(wildcards.study))

    def other_descendant(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Manifest of the other descendant that the control closure takes for `{pair}`, if the study names one."""
        other = other_of(self.config, wildcards.study, wildcards.pair)
        names = [] if other is None else [self.config["pairs"][other]["tuned"]]
        return [f"results/{wildcards.study}/checkpoints/{name}/checkpoint.json" for name in names]

    def verified_with_other(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Verification of `{pair}`, and of the pair of that descendant."""
        pairs = [wildcards.pair, other_of(self.config, wildcards.study, wildcards.pair)]
        return [f"results/{wildcards.study}/pairs/{pair}/verified.json" for pair in pairs if pair is not None]

    def of_control(self, kind: str) -> InputFunction:
        """The tables of one kind (`cells` or `values`) that the control `{control}` writes, one per pair."""

        def paths(wildcards: Any) -> list[str]:  # noqa: ANN401
            control = all_controls()[wildcards.control]
            cells = wildcards.control if control.arms is None else control.idea
            name = {"cells": f"{cells}.parquet", "values": f"{wildcards.control}_values.parquet"}[kind]
            pattern = f"results/{wildcards.study}/controls/{{pair}}/{name}"
            written = kind in control.writes
            return [pattern.format(pair=pair) for pair in self.pairs(extra=True)(wildcards)] if written else []

        return paths

    def arms_of_controls(self, wildcards: Any) -> dict[str, list[str]]:  # noqa: ANN401
        """{control: [table of its cells, pattern of its arms there]} of `{study}`'s controls that measure cells."""
        cells = {name: all_controls()[name] for name in self.controls(wildcards.study)}
        return {
            name: [name if control.arms is None else control.idea, control.arms or ".*"]
            for name, control in cells.items()
            if "cells" in control.writes
        }

    def cells_of_controls(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Tables of the cells of these controls, of the pair `{pair}`."""
        folder = f"results/{wildcards.study}/controls/{wildcards.pair}"
        tables = dict.fromkeys(table for table, _ in self.arms_of_controls(wildcards).values())
        return [f"{folder}/{table}.parquet" for table in tables]

    def arms_of_control(self, wildcards: Any) -> str:  # noqa: ANN401
        """Pattern of the arms of the control `{control}` in the table of its cells."""
        return all_controls()[wildcards.control].arms or ".*"

    def together(self, idea: str) -> list[str]:
        """Controls of an idea whose cells one job measures."""
        return [name for name, control in all_controls().items() if control.idea == idea and control.arms]

    def measured_together(self, idea: str) -> InputFunction:
        """{control: settings} of these controls, as far as the study has them."""
        together = self.together(idea)

        def controls(wildcards: Any) -> dict[str, Any]:  # noqa: ANN401
            rows = self.config["studies"][wildcards.study]["controls"]
            return {name: settings for name, settings in rows.items() if name in together}

        return controls

    def reference_of_control(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """The pairs' own cells, if the control `{control}` is compared with them."""
        cells = self.of_pairs("results/{study}/factorial/{pair}/cells.parquet", extra=True)
        paths: list[str] = cells(wildcards) if "cells" in all_controls()[wildcards.control].writes else []
        return paths

    def limits_of_control(self, wildcards: Any) -> dict[str, int]:  # noqa: ANN401
        """How many tokens of a rollout the control `{control}` uses, if it has such a setting."""
        settings = self.config["studies"][wildcards.study]["controls"][wildcards.control]
        return {key: value for key, value in settings.items() if key == "rollout_tokens"}

    def estimated_controls(self) -> str:
        """Wildcard constraint: the controls that are estimated from tables per pair."""
        return "|".join(name for name, control in all_controls().items() if control.writes)

    def names(self, section: str, source: str) -> str:
        """Wildcard constraint: the entries of a section whose source is `source` (none: a pattern nothing matches)."""
        return "|".join(name for name, row in self.config[section].items() if row["source"] == source) or "(?!)"

    def _users(self, wildcards: Any, pairs: Callable[[Config, str], list[str]]) -> list[str]:  # noqa: ANN401
        rows, name = self.config["pairs"], wildcards.checkpoint
        return [
            pair for pair in pairs(self.config, wildcards.study) if name in (rows[pair]["base"], rows[pair]["tuned"])
        ]

    def _side(self, wildcards: Any, side: str) -> str:  # noqa: ANN401
        name: str = self.config["pairs"][wildcards.pair][side]
        return name

    def _prompt_set(self, wildcards: Any) -> str:  # noqa: ANN401
        name: str = self.config["studies"][wildcards.study]["prompt_set"]
        return name
