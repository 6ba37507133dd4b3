"""The studies of released checkpoints in small: the same pairs, checkpoints and controls, fewer of the rest."""

from collections.abc import Mapping, Sequence
from typing import Any

from crosspatch.workflow.config import pairs_of
from rehearsal.stand_ins import STUDIES, published

ROWS = [744, 756]  # six rows of a public data set and six of our own texts
ENGINE = {
    "placement": {"device": "cpu"},
    "batches": {"tokens": 512},
    "max_new_tokens": 36,  # longer than the longest horizon of a native history
}
FEW = {"statistics": {"draws": 300}, "verification": {"events": 6}, "engine": ENGINE}
FEW_CONTROLS = {
    "label_swap": {"flips": 199},
    "token_identity": {"permutations": 50},
    "free_grafts": {"tokens": 36},
    "forced_tokens": {"tokens": {"content_reasoning": 36, "safety": 36, "format": 36}},
    "slices": {
        "groups": {"instructions": ["format", "conversation"], "mathematics": ["format"], "facts": ["conversation"]}
    },
}
"""Fewer draws, and groups of the categories that these rows have."""


def overlay(config: Mapping[str, Any], study: str, pairs: Sequence[str] | None = None) -> dict[str, Any]:
    """Return what `--configfile` puts over config.yaml: a study in small, of its pairs or of others.

    Boundary and windows stand at the same part of the stand-ins' depth as in the published checkpoints.
    """
    extra = config["studies"][study].get("extra_pairs", [])
    chosen = pairs_of(config, study) if pairs is None else pairs
    kept = {
        "pairs": [pair for pair in chosen if pair not in extra],
        "extra_pairs": [pair for pair in chosen if pair in extra],
    }
    controls = config["studies"][study].get("controls", {})
    few_controls = FEW_CONTROLS | {"closure": _few_closures(config, chosen[0])}
    few = {"lenses": _few_lenses(config["studies"][study], chosen)} if "lenses" in config["studies"][study] else {}
    fewer = {name: settings for name, settings in few_controls.items() if name in controls}
    return {
        "study": study,
        "studies": {study: {**FEW, **kept, **few, **({"controls": fewer} if fewer else {})}},
        "texts": {name: {"texts": 40} for name in config["texts"]},
        "prompt_sets": {config["studies"][study]["prompt_set"]: {"rows": ROWS}},
        "pairs": {pair: _scaled(config, pair) for name in STUDIES for pair in pairs_of(config, name)},
    }


def merged(config: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Snakemake makes of a config and an overlay: mappings are joined, all else is replaced."""
    joined = {key: merged(config[key], over[key]) for key in over if key in config and isinstance(over[key], Mapping)}
    return {**config, **over, **joined}


def _few_lenses(study: Mapping[str, Any], pairs: Sequence[str]) -> dict[str, Any]:
    """Return a short recipe of the lenses of those pairs that have some, or of the first."""
    kept = [pair for pair in pairs if pair in study["lenses"].get("pairs", pairs)] or list(pairs[:1])
    recipe = {"most_tokens": 32, "tokens": 64, "steps": 2, "evaluate_every": 1, "held_out": 64}
    return {**recipe, "pairs": kept, "again": {"pair": kept[0], "seeds": [1]}}


def _few_closures(config: Mapping[str, Any], pair: str) -> dict[str, Any]:
    """Return settings of the control closure for a small stack: as many directions as there are prompts to fit."""
    boundary = _scaled(config, pair)["boundary"]
    return {"boundaries": [boundary - 1, boundary], "directions": [1, 2], "primary": 2, "seeds": [0]}


def _scaled(config: Mapping[str, Any], pair: str) -> dict[str, Any]:
    row = config["pairs"][pair]
    blocks = next(iter(published(config, pair).values())).blocks
    depth = row["windows"]["late"][1]
    windows = {name: [round(end * blocks / depth) for end in ends] for name, ends in row["windows"].items()}
    return {"boundary": round(row["boundary"] * blocks / depth), "windows": windows}
