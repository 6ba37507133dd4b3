"""The finished tables that figures and tables are made from: where each is, what it holds, which studies have it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from crosspatch.workflow.config import Config, pairs_of
from crosspatch.workflow.controls import CONTROLS

TRAINED = ("pretraining", "instruction_tuning")


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
    pairs = [config["pairs"][pair] for pair in pairs_of(config, study)]
    return any(config["checkpoints"][pair[side]]["source"] in TRAINED for pair in pairs for side in ("base", "tuned"))


def _always(_config: Config, _study: str) -> bool:
    return True


def _on_request(_config: Config, _study: str) -> bool:
    return False


FINISHED: Mapping[str, Finished] = MappingProxyType(
    {
        "checkpoints": Finished("results/{study}/checkpoints.parquet", "checkpoints", _always),
        "losses": Finished("results/{study}/losses.parquet", "loss_curves", _trains),
        "event_counts": Finished("results/{study}/divergence/counts.parquet", "event_counts", _always),
        "examples": Finished("results/{study}/divergence/examples.parquet", "examples", _always),
        "effects": Finished("results/{study}/estimates/effects.parquet", "effects", _always),
        "tests": Finished("results/{study}/estimates/tests.parquet", "tests", _always),
        "cell_means": Finished("results/{study}/estimates/cell_means.parquet", "cell_means", _always),
        "verdicts": Finished("results/{study}/estimates/verdicts.parquet", "verdicts", _has_controls),
        "comparison": Finished("results/{study}/claims/comparison.parquet", "comparison", _is_compared),
        "audit": Finished("results/{study}/claims/audit.parquet", "audit", _on_request),
        "resolution": Finished("results/{study}/claims/resolution.parquet", "resolution", _on_request),
        "published": Finished("data/published/cross_patching.csv", "published", _always),
        "label_swap_null": Finished(
            "results/{study}/estimates/controls/label_swap_null.parquet",
            "null_counts",
            partial(has_control, "label_swap"),
        ),
        **{
            name: Finished(
                f"results/{{study}}/estimates/controls/{name}.parquet", "control_effects", partial(has_control, name)
            )
            for name in CONTROLS
        },
    }
)
