"""The finished tables that figures and tables are made from: where each is, what it holds, which studies have it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial

from crosspatch.errors import ConfigError
from crosspatch.workflow.config import Config, measured_pairs, null_pairs_of, pairs_of
from crosspatch.workflow.descent import STAGES, runs_of
from crosspatch.workflow.ideas import all_controls, place_of
from crosspatch.workflow.lineages import lineages_of


@dataclass(frozen=True)
class Finished:
    """A table: its path with `{study}` in it, the kind of its schema, and whether a study of a config has it."""

    path: str
    kind: str
    is_had: Callable[[Config, str], bool]


def has_control(control: str, config: Config, study: str) -> bool:
    """Return whether a study has a control."""
    return control in config["studies"][study].get("controls", {})


def _has_controls(config: Config, study: str) -> bool:
    return bool(config["studies"][study].get("controls"))


def _is_compared(config: Config, study: str) -> bool:
    return "claims" in config["studies"][study]


def _trains(config: Config, study: str) -> bool:
    names = (config["pairs"][pair][side] for pair in pairs_of(config, study) for side in ("base", "tuned"))
    return any(config["checkpoints"][name]["source"] in STAGES for name in names)


def _has_null_pairs(config: Config, study: str) -> bool:
    return bool(null_pairs_of(config, study))


def _has_floor(control: str, config: Config, study: str) -> bool:
    return has_control(control, config, study) and _has_null_pairs(config, study)


def _has_lineages(config: Config, study: str) -> bool:
    return bool(lineages_of(config, study))


def _has_runs(config: Config, study: str) -> bool:
    return has_control("update_size", config, study) and bool(runs_of(config, measured_pairs(config, study)))


def _has_lenses(config: Config, study: str) -> bool:
    return "lenses" in config["studies"][study]


def _has_repeated_lenses(config: Config, study: str) -> bool:
    return "again" in config["studies"][study].get("lenses", {})


def _always(_config: Config, _study: str) -> bool:
    return True


def _on_request(_config: Config, _study: str) -> bool:
    return False


FLOORS: Mapping[str, tuple[str, ...]] = {"gap": ("gap", "same_block"), "closure": ("closure",)}
"""Controls whose floor is estimated of null pairs, with the controls whose values there are in it."""
NULL_TABLES = {"noise_floor", *(f"{control}_floor" for control in FLOORS)}
"""Tables whose rows are of null pairs."""
_BASIC: Mapping[str, Finished] = {
    "checkpoints": Finished("results/{study}/checkpoints.parquet", "checkpoints", _always),
    "losses": Finished("results/{study}/losses.parquet", "loss_curves", _trains),
    "event_counts": Finished("results/{study}/divergence/counts.parquet", "event_counts", _always),
    "examples": Finished("results/{study}/divergence/examples.parquet", "examples", _always),
    "effects": Finished("results/{study}/estimates/effects.parquet", "estimates", _always),
    "noise_floor": Finished("results/{study}/estimates/noise_floor.parquet", "estimates", _has_null_pairs),
    **{
        f"{name}_floor": Finished(
            f"results/{{study}}/estimates/{name}_floor.parquet", "estimates", partial(_has_floor, name)
        )
        for name in FLOORS
    },
    "lineages": Finished("results/{study}/estimates/lineages.parquet", "lineages", _has_lineages),
    "lenses": Finished("results/{study}/lenses.parquet", "lenses", _has_lenses),
    "lens_seeds": Finished("results/{study}/lens_seeds.parquet", "lens_seeds", _has_repeated_lenses),
    "runs": Finished("results/{study}/estimates/controls/updates.parquet", "updates", _has_runs),
    "tests": Finished("results/{study}/estimates/tests.parquet", "tests", _always),
    "cell_means": Finished("results/{study}/estimates/cell_means.parquet", "cell_means", _always),
    "verdicts": Finished("results/{study}/estimates/verdicts.parquet", "verdicts", _has_controls),
    "comparison": Finished("results/{study}/claims/comparison.parquet", "comparison", _is_compared),
    "audit": Finished("results/{study}/claims/audit.parquet", "audit", _on_request),
    "resolution": Finished("results/{study}/claims/resolution.parquet", "resolution", _on_request),
    "summaries": Finished("results/{study}/claims/summaries.parquet", "audited_summaries", _on_request),
    "published": Finished("data/published/cross_patching.csv", "published", _always),
    "published_gap": Finished("data/published/convergence_gap.csv", "published", _always),
}


@cache
def all_finished() -> Mapping[str, Finished]:
    """Return every finished table by name: those of every study, then those of controls.

    Raises ConfigError, naming the idea's file, if a control's table has the name of another.
    """
    found = dict(_BASIC)
    for control, name, kind in _of_controls():
        if name in found:
            place = f"{place_of(all_controls()[control].idea)}: control {control!r}"
            raise ConfigError(f"{place} has a table {name!r}, as a study has otherwise; rename it")
        path = f"results/{{study}}/estimates/controls/{name}.parquet"
        found[name] = Finished(path, kind, partial(has_control, control))
    return found


def _of_controls() -> Iterator[tuple[str, str, str]]:
    for name, control in all_controls().items():
        yield name, name, "estimates"
        yield from ((name, table, kind) for table, kind in (control.finished or {}).items())
