"""Records in the layout of the authors' per-event file, made for tests."""

import copy
import gzip
import json

SIDES = ("PT", "IT")


def reading(margin, chosen, base_logit=20.0):
    """One readout of one cell."""
    return {
        "it_vs_pt_margin": margin, "it_logit": base_logit + margin, "pt_logit": base_logit, "final_top1_id": 7,
        "token_choice_class": chosen, "it_rank": 1, "pt_rank": 2, "trajectory": None,
    }  # fmt: skip


def cells(margins, picks):
    """The four cells (PT,PT), (PT,IT), (IT,PT), (IT,IT) and two no-op cells; `picks` are those of PT and IT alone."""
    made = {}
    places = [(upstream, late) for upstream in SIDES for late in SIDES]
    for (upstream, late), margin in zip(places, margins, strict=True):
        chosen = picks[SIDES.index(late)] if upstream == late else "other"
        made[f"U_{upstream}__L_{late}"] = {
            "common_it": reading(margin, "other"), "common_pt": reading(margin + 0.25, "other"),
            f"native_{late.lower()}": reading(margin - 0.5, chosen), "cell": f"U_{upstream}__L_{late}",
            "host_variant": late.lower(), "patch_n": 1, "patch_input_delta_max_abs": 128.0,
        }  # fmt: skip
    noop = {f"U_{side}__L_{side}_noop_patch": noop_cell(made[f"U_{side}__L_{side}"]) for side in SIDES}
    return made | noop


def noop_cell(cell):
    """The cell of a side that was patched with its own state."""
    return {**copy.deepcopy(cell), "patch_input_delta_max_abs": 0.0}


def checks():
    """What the authors' runner found of the two no-op cells."""
    made = {}
    for side in SIDES:
        readouts = ("common_it", "common_pt", f"native_{side.lower()}")
        made[f"U_{side}__L_{side}_noop_patch_vs_U_{side}__L_{side}"] = {
            "patch_input_delta_max_abs": 0.0, "common_it_margin_abs_delta": 0.0, "common_it_top1_equal": True,
            "readouts": {readout: {"margin_abs_delta": 0.0, "top1_equal": True} for readout in readouts},
        }  # fmt: skip
    return made


def record(prompt_id, margins=(-2.0, -1.0, 0.5, 3.0), *, step=0, picks=("pt", "it"), valid=True, tokens=(11, 12)):
    """One line of the file, as the object it holds."""
    base, tuned = tokens
    event = {
        "event": {"kind": "first_diff", "step": step, "pt_token": {"token_id": base}, "it_token": {"token_id": tuned}},
        "valid": valid, "validation": {"ok": valid, "prompt_len": 9}, "boundary_layer": 38, "prefix_length": 9 + step,
        "full_length": 9 + step, "pt_token_id": base, "it_token_id": tuned, "pt_token_text": "a", "it_token_text": "b",
        "cells": cells(margins, picks), "noop_patch_checks": checks(),
    }  # fmt: skip
    return {**without_event(prompt_id), "events": {"first_diff": event}}


def without_event(prompt_id):
    """The line of a prompt without a usable event."""
    about = {"experiment": "exp24", "part": "A", "model": "qwen25_32b", "prompt_mode": "raw_shared"}
    return {**about, "prompt_id": prompt_id, "events": {}}


def write_lines(path, lines):
    """Write lines (objects, or texts as they are) as the gzipped file."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_bytes(gzip.compress("".join(f"{text}\n" for text in texts).encode(), mtime=0))
    return path


def manifest_line(prompt_id, category):
    """One line of a prompt manifest."""
    row = {"id": prompt_id, "category": category, "formats": {"A": "a", "B": f"Question: {prompt_id}\nAnswer:"}}
    return json.dumps({**row, "dataset_version": "v2", "source": "custom", "metadata": {}})
