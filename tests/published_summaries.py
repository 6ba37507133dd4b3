"""The authors' summaries in their layout, made by hand: families of different depths and numbers of prompts."""

import csv
import json

METRICS = ("delta_cosine", "next_token_rank", "next_token_prob")
WORDS = {"early": "early", "middle": "mid", "late": "late"}
HEADER = (
    "level", "model", "pipeline", "side", "host_variant", "donor_variant", "baseline_pipeline", "window_name",
    "start_layer", "end_layer_exclusive", "width", "center", "region", "metric", "estimate", "ci95_low", "ci95_high",
    "n_pairs", "n_prompt_clusters", "n_models", "models",
)  # fmt: skip


def branch(value):
    return {"kl_to_own_final": value} | dict.fromkeys(METRICS, 9.0)


def prompt(*, late, random, early=0.1, middle=-0.1):
    """Return the branches of a prompt: grafts in three windows, and random directions of the late one by seed."""
    means = {"C_it_chat": branch(3.0), "A_prime_raw": branch(1.0), "B_late_true": branch(1.0 + late)}
    true = {"early": early, "mid": middle, "late": late}
    means |= {f"B_{window}_true__delta_vs_A": branch(value) for window, value in true.items()}
    means |= {f"B_{window}_rand_resproj_s0__delta_vs_A": branch(0.0) for window in ("early", "mid")}
    return means | {f"B_late_rand_resproj_s{seed}__delta_vs_A": branch(one) for seed, one in enumerate(random)}


def control(families):
    """Return the summary of the random control from {family: {prompt: branches}}."""
    models = {
        family: {"model": family, "n_prompts": len(prompts), "pipeline_summary": {}, "prompt_means": prompts}
        for family, prompts in families.items()
    }
    return {"analysis": "exp19B_core_random_control", "models": models}


def gaps(lenses):
    """Return the means by block from {lens: {family: (base, tuned)}}."""
    return {
        lens: {
            family: {
                "model": family, "lens": lens, "n_layers": len(base), "half_start": len(base) // 2,
                "n_steps_it": 5, "mean_kl_it_per_layer": tuned, "n_steps_pt": 6, "mean_kl_pt_per_layer": base,
            }
            for family, (base, tuned) in families.items()
        }
        for lens, families in lenses.items()
    }  # fmt: skip


def effect(family, value, *, side="it_graft_into_pt", window="late_full", region="final_20pct", **changes):
    row = dict.fromkeys(HEADER, "") | {"level": "model", "model": family, "side": side, "window_name": window}
    return row | {"region": region, "metric": "kl_to_own_final", "estimate": value, "n_prompt_clusters": 600} | changes


def write_json(path, content):
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def write_effects(path, rows, header=HEADER):
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, header, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
