"""Finished tables of lineages, every number different and known."""

import itertools

import pandas as pd

STAGES = {"line_a": ["Base", "SFT", "DPO", "Final"], "line_b": ["Base", "SFT", "RLVR"], "line_c": ["Base", "Tuned"]}
SUPPORTS = {"line_a": ["a_final", "a_sft", "a_dpo"], "line_b": ["b_rlvr"], "line_c": ["c_tuned"]}
READOUTS = ("common_tuned", "common_base", "native")
METHODS = {"prompt": 1.0, "cluster_template": 1.4, "cluster_tokens": 1.9}
SHAPE = {"Base": 0.0, "SFT": 0.29, "DPO": 0.84, "Final": 1.0, "RLVR": 1.0, "Tuned": 1.0}


def lineages_of(count):
    """The `lineages` table of a study of up to three lineages of four, three and two stages."""
    rows = []
    for place, (name, stages) in enumerate(list(STAGES.items())[:count]):
        for support_place, pair in enumerate(SUPPORTS[name]):
            known = {"control": f"lineage {name}", "scope": pair, "lineage": f"Line {name[-1].upper()} 7B"}
            known |= {"support": f"Pair {pair}", "support_place": support_place, "level": 0.95, "n_pairs": 1}
            known |= {"draws": 2000, "seed": 1, "n_clusters": None}
            last = (1.4 + 0.3 * place) * (1 - 0.06 * support_place)
            rows += list(_stages(known, stages, last))
            rows += list(_nulls(known, len(stages) - 1, last))
    return pd.DataFrame(rows)


def _stages(known, stages, last):
    for (stage_place, stage), position, (method, width) in itertools.product(
        enumerate(stages), (0, 3, 10), METHODS.items()
    ):
        arm = f"stage {stage}" + (f", position >= {position}" if position else "")
        events = {0: 585, 3: 190, 10: 41}[position]
        own = {"arm": arm, "method": method, "stage": stage, "stage_place": stage_place, "position": position}
        own |= {"n_events": events - known["support_place"], "n_prompts": events}
        share = SHAPE[stage]
        for readout, precision in itertools.product(READOUTS, ("float32", "checkpoint")):
            value = share * (last * (0.55 if position else 1.0) + 0.1 * READOUTS.index(readout))
            value += 0.01 * (precision == "checkpoint") * (stage_place > 0)
            for effect, number, half in (
                ("interaction", value, 0.12 * share * width),
                ("retention", share, 0.03 * width),
            ):
                ends = {"value": number, "low": number - half, "high": number + 1.1 * half}
                yield known | own | ends | {"effect": effect, "readout": readout, "precision": precision}
        if not position:
            picked = (0.002, 0.57, 0.9, 0.99)[stage_place]
            ends = {"value": picked, "low": max(0, picked - 0.04 * width), "high": min(1, picked + 0.03 * width)}
            yield known | own | ends | {"effect": "picks_tuned_token", "readout": "native", "precision": "checkpoint"}


def _nulls(known, last_place, last):
    for coin, scale in (("independent", 0.2), ("templates", 0.3), ("token pairs", 0.4)):
        own = {"arm": coin, "method": "sign_flip", "stage": None, "stage_place": last_place, "position": 0}
        own |= {"n_events": 585, "n_prompts": 585, "low": None, "high": None, "readout": "common_tuned"}
        yield known | own | {"effect": "null_999", "precision": "float32", "value": scale * last}
