"""Every figure and table: the tables it is made from, its caption and its code, read from its module's syntax.

A figure is a function `draw_NAME` in a module of that name, a table a function `table_NAME`. Each reads the finished
tables that its parameters name (one with the default None only where the study has it), and its module's docstring is
its caption, a template over `study`, the study's settings.
"""

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from jinja2 import ChainableUndefined, Environment

from crosspatch.errors import ConfigError
from crosspatch.workflow.closure import all_modules, path_of
from crosspatch.workflow.config import Config, checkpoints_of, null_pairs_of, pairs_of, records_of
from crosspatch.workflow.digest import code_digest
from crosspatch.workflow.finished import NULL_TABLES, all_finished
from crosspatch.workflow.ideas import PAGE_RULE, PLACE, READING, idea_of, shown_ideas
from crosspatch.workflow.libraries import library_versions

InputFunction = Callable[[Any], Any]

LABELS = "labels"
"""Parameter that is no table: the label of every pair."""
JOBS = {"draw": "draw_figure", "table": "make_table"}
FILES = {"draw": "paper_figures/{study}/{name}.pdf", "table": "results/{study}/tables/{name}.csv"}
EXPORTS = {"export_effects": ("effects", "factorial"), "export_controls": ("controls", "verdicts")}
"""Rules that write whole tables of estimates as CSV: the name of the table, and the idea that it belongs to."""
PAGE_IDEA, PAGE, HEADLINE = "findings", "results/{study}/findings.html", "interaction"
"""The page that a study is opened by: its idea, its file, and the figure that it shows first."""


@dataclass(frozen=True)
class Shown:
    """A figure or a table: its module, the finished tables that it needs and those that it takes where a study has
    them, whether it takes labels, and its caption.
    """

    module: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    is_labelled: bool
    caption: str


class Catalogue:
    """The figures (form `draw`) and tables (form `table`) of one config; methods that take wildcards are for rules."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def names(self, form: str) -> str:
        """Wildcard constraint: every figure or table."""
        return "|".join(all_shown(form))

    def of_study(self, form: str, study: str) -> list[str]:
        """Figures or tables of a study: those whose tables it has."""
        return [name for name, one in all_shown(form).items() if self._is_had(one, study)]

    def chosen(self, study: str) -> list[str]:
        """Ideas whose figures and tables the default target of a study makes: those that it names, or all."""
        return list(self.config["studies"][study].get("ideas", shown_ideas()))

    def ideas(self, study: str) -> list[str]:
        """Ideas that a study shows something of; in an archive there are only those that it chose."""
        held = self.chosen(study) if "archive" in self.config["studies"][study] else shown_ideas()
        return [idea for idea in held if self.files(study, [idea])]

    def of_idea(self, idea: str) -> InputFunction:
        """What the target of that name makes of the study that the config names; ConfigError if nothing."""

        def files(_wildcards: Any) -> list[str]:  # noqa: ANN401 - Snakemake's own object
            study = self.config["study"]
            known = self.ideas(study)
            if idea not in known:
                raise ConfigError(f"study {study!r} shows nothing of {idea!r}; it shows {known}")
            return self.files(study, [idea])

        return files

    def files(self, study: str, ideas: Collection[str]) -> list[str]:
        """One file of every figure and table of some ideas that a study shows, and the page if it is one of them."""
        made = [(form, name) for form in FILES for name in self.of_ideas(form, study, ideas)]
        made += [("table", EXPORTS[rule][0]) for rule in self._exports(study, ideas)]
        shown = [FILES[form].format(study=study, name=name) for form, name in made]
        return [*shown, PAGE.format(study=study)] if PAGE_IDEA in ideas else shown

    def records(self, wildcards: Any) -> list[str]:  # noqa: ANN401
        """Provenance records of the figures, the tables and the page of `{study}` that its default target makes."""
        study, ideas = wildcards.study, self.chosen(wildcards.study)
        rules = [f"{rule}/{name}" for form, rule in JOBS.items() for name in self.of_ideas(form, study, ideas)]
        page = [PAGE_RULE] if PAGE_IDEA in ideas else []
        return [f"results/{study}/provenance/{rule}.json" for rule in [*rules, *self._exports(study, ideas), *page]]

    def read_tables(self, study: str) -> list[str]:
        """Files that these figures and tables and the page of their provenance are made from, as far as the study made
        them: tables, and the manifests of its checkpoints.
        """
        ideas = self.chosen(study)
        shown = [(form, name) for form in FILES for name in self.of_ideas(form, study, ideas)]
        with_page = PAGE_IDEA in ideas
        shown += [("draw", HEADLINE)] if with_page else []
        described = [f"results/{study}/findings/{pair}.parquet" for pair in pairs_of(self.config, study) if with_page]
        exported = chain(*self._exports(study, ideas).values())
        names = [*chain(*(self._tables(*one, study) for one in shown)), *exported]
        paths = [all_finished()[name].path for name in names]
        manifests = [
            f"results/{study}/checkpoints/{name}/checkpoint.json" for name in checkpoints_of(self.config, study)
        ]
        return sorted({*(path.format(study=study) for path in paths if "{study}" in path), *described, *manifests})

    def tables(self, form: str) -> InputFunction:
        """Finished tables that `{shown}` is made from, by name."""
        return lambda wildcards: {
            name: all_finished()[name].path.format(study=wildcards.study)
            for name in self._tables(form, wildcards.shown, wildcards.study)
        }

    def kinds(self, form: str) -> InputFunction:
        """Kind of each of these tables, by name."""
        return lambda wildcards: {
            name: all_finished()[name].kind for name in self._tables(form, wildcards.shown, wildcards.study)
        }

    def labels(self, form: str) -> InputFunction:
        """Label of every pair that `{shown}` can speak of; None if it takes no labels."""

        def labels(wildcards: Any) -> dict[str, str] | None:  # noqa: ANN401
            shown = all_shown(form)[wildcards.shown]
            pairs = pairs_of(self.config, wildcards.study)
            if NULL_TABLES & {*shown.needs, *shown.takes}:
                own = pairs if NULL_TABLES & set(shown.takes) else []
                pairs = [*own, *null_pairs_of(self.config, wildcards.study)]
            if "audit" in shown.needs:
                pairs = [records_of(self.config)["pair"]]
            return {pair: self.config["pairs"][pair]["label"] for pair in pairs} if shown.is_labelled else None

        return labels

    def code(self, form: str) -> InputFunction:
        """Digest of the code and of the schemas that make `{shown}`."""
        return lambda wildcards: code_digest(
            JOBS[form], all_shown(form)[wildcards.shown].module, *sorted(set(self.kinds(form)(wildcards).values()))
        )

    def libraries(self, form: str) -> InputFunction:
        """Pinned versions of the libraries that make `{shown}`."""
        return lambda wildcards: library_versions(JOBS[form], all_shown(form)[wildcards.shown].module)

    def part(self, form: str) -> InputFunction:
        """Part of the report that `{shown}` stands in: its idea's title, behind its place, which sorts it."""

        def part(wildcards: Any) -> str:  # noqa: ANN401
            module = all_shown(form)[wildcards.shown].module
            return f"{READING.index(idea_of(module)) + 1:02} {title_of(module.rpartition('.')[0])}"

        return part

    def captions(self) -> dict[str, dict[str, str]]:
        """Caption of every figure and table by rule and name, with the settings of the study that the config names."""
        settings = self.config["studies"][self.config["study"]]
        environment = Environment(undefined=ChainableUndefined, autoescape=False)  # noqa: S701 - text, not HTML
        return {
            rule: {
                name: environment.from_string(one.caption).render(study=settings)
                for name, one in all_shown(form).items()
            }
            for form, rule in JOBS.items()
        }

    def of_ideas(self, form: str, study: str, ideas: Collection[str]) -> list[str]:
        """Figures or tables of some ideas that a study has."""
        return [name for name in self.of_study(form, study) if idea_of(all_shown(form)[name].module) in ideas]

    def _exports(self, study: str, ideas: Collection[str]) -> dict[str, list[str]]:
        """Tables that each rule of EXPORTS reads in a study."""
        read = {
            "export_effects": ["effects", "tests"],
            "export_controls": list(self.config["studies"][study].get("controls", {})),
        }
        return {rule: names for rule, names in read.items() if names and EXPORTS[rule][1] in ideas}

    def _is_had(self, shown: Shown, study: str) -> bool:
        needed, taken = (
            [all_finished()[name].is_had(self.config, study) for name in names] for names in (shown.needs, shown.takes)
        )
        return all(needed) and bool(needed or any(taken))

    def _tables(self, form: str, name: str, study: str) -> list[str]:
        shown = all_shown(form)[name]
        return [*shown.needs, *(table for table in shown.takes if all_finished()[table].is_had(self.config, study))]


@cache
def all_shown(form: str) -> Mapping[str, Shown]:
    """Return every figure or every table of the package by name, sorted.

    Raises ConfigError, naming the module, if it lacks its function or its caption, reads a table that there is not, or
    has the name of another.
    """
    found: dict[str, Shown] = {}
    for module in (name for name in all_modules() if name.startswith(PLACE)):
        function = module.rpartition(".")[2]
        if function.startswith(f"{form}_"):
            shown = _read(module, function)
            name = function.removeprefix(f"{form}_")
            if name in found:
                raise ConfigError(f"{module} and {found[name].module} are both called {function}; rename one")
            found[name] = shown
    return dict(sorted(found.items()))


@cache
def title_of(idea: str) -> str:
    """Return the title of an idea: the first words of its package's docstring, up to the full stop."""
    described = ast.get_docstring(ast.parse(path_of(idea).read_text(encoding="utf-8"))) or ""
    title, stop, _ = described.partition(". ")
    if not stop:
        raise ConfigError(f"{idea} has no title; begin its docstring with a few words and a full stop")
    return title


def _read(module: str, function: str) -> Shown:
    tree = ast.parse(path_of(module).read_text(encoding="utf-8"))
    caption = ast.get_docstring(tree)
    if caption is None:
        raise ConfigError(f"{module} has no docstring; write the caption there")
    named = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    if not named:
        raise ConfigError(f"{module} has no function {function}; a module of that name defines it")
    arguments = named[0].args
    names = [argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)]
    _check_parameters(module, names)
    optional = names[len(names) - len(arguments.defaults) :]
    needs = tuple(name for name in names if name not in (LABELS, *optional))
    return Shown(module, needs, tuple(name for name in optional if name != LABELS), LABELS in names, caption)


def _check_parameters(module: str, names: Iterable[str]) -> None:
    for name in names:
        if name != LABELS and name not in all_finished():
            known = sorted(all_finished())
            raise ConfigError(
                f"{module}: its parameter {name!r} is no finished table; give one of {known}, or {LABELS!r}"
            )
