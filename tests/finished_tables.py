"""Builders of the finished tables that figures and tables are made of."""

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

READOUTS = ("common_tuned", "common_base", "native")
METHODS = ("prompt", "prompt_independent", "normal", "cluster_template", "cluster_tokens", "two_level")
POSITIONS = {"all": 1.0, "position >= 1": 0.65, "position >= 3": 0.48, "position >= 5": 0.49, "position >= 10": 0.64}
CATEGORIES = {"conversation": 1.1, "facts": 0.7, "format": 1.4, "reasoning": 0.9, "safety": 1.0}
LABELS = {
    "llama31_8b": "Llama 3.1 8B", "qwen3_4b": "Qwen3 4B", "mistral_7b": "Mistral 7B v0.3", "olmo2_7b": "OLMo 2 7B",
    "qwen25_32b": "Qwen2.5 32B", "gemma3_4b": "Gemma 3 4B", "tulu3": "Tülu 3 (Llama 3.1 8B)",
    "openmath2": "OpenMath2 8B",
}  # fmt: skip
PORTABLE = (0.793, 0.589, 0.613, 0.762, 1.036, 0.102, 0.81, 3.43)
INTERACTION = (1.253, 1.464, 2.534, 1.847, 1.302, 6.078, 0.96, -0.154)
BALANCED = "balanced"
WIDEST_OVER_TOKENS = ("qwen3_4b", BALANCED)
"""Scopes whose widest interval is over clusters of token pairs, and not over templates."""


def labels_of(count):
    return dict(itertools.islice(LABELS.items(), count))


def effect_rows(scope, portable, interaction, *, arm, readout, precision, method, n_events, n_pairs):
    tokens = 2.3 if scope in WIDEST_OVER_TOKENS else 1.3
    width = (
        {"prompt": 1.0, "cluster_template": 1.7, "cluster_tokens": tokens}.get(method, 1.2) * 3.2 / np.sqrt(n_events)
    )
    values = {
        "portable": portable, "matched": portable + interaction, "interaction": interaction,
        "native_shift": 2.9 * interaction + 1.7, "portable_share": portable / (portable + interaction),
        "interaction_share": interaction / (2.9 * interaction + 1.7),
    }  # fmt: skip
    for effect, value in values.items():
        yield {
            "control": "headline", "effect": effect, "scope": scope, "arm": arm, "readout": readout,
            "precision": precision,
            "method": method, "value": value, "low": value - width, "high": value + 1.1 * width, "level": 0.95,
            "n_events": n_events, "n_prompts": n_events, "n_clusters": None, "n_pairs": n_pairs, "draws": 2000,
            "seed": 1,
        }  # fmt: skip


def effects_of(count):
    """Effects of `count` families and their balanced mean, every number different and known."""
    arms = POSITIONS | {f"category {name}": scale for name, scale in CATEGORIES.items()}
    events = {"all": 600, "position >= 1": 311, "position >= 3": 197, "position >= 5": 131, "position >= 10": 43}
    rows = []
    for readout, precision, method, (arm, scale) in itertools.product(
        READOUTS, ("float32", "checkpoint"), METHODS, arms.items()
    ):
        shift = 0.07 * READOUTS.index(readout) - 0.03 * (precision == "checkpoint")
        scopes = [*labels_of(count), BALANCED]
        for place, scope in enumerate(scopes):
            number = count if scope == BALANCED else 1
            portable = np.mean(PORTABLE[:count]) if scope == BALANCED else PORTABLE[place]
            interaction = np.mean(INTERACTION[:count]) if scope == BALANCED else INTERACTION[place]
            n_events = number * (events.get(arm, 120) - 3 * place if scope != BALANCED else events.get(arm, 120))
            rows += effect_rows(
                scope, portable + 0.02 * shift, interaction * scale + shift, arm=arm, readout=readout,
                precision=precision, method=method, n_events=n_events, n_pairs=number,
            )  # fmt: skip
    return pd.DataFrame(rows)


VIEWS = (("common_tuned", "float32", 0), ("common_tuned", "checkpoint", 9), ("native", "float32", 9))
"""Readout, precision, and by how much its margins differ from the primary ones."""


def cell_means_of(count):
    """Four cell means per family with the interaction and the portable effect of `effects_of`."""
    rows = []
    for place, pair in enumerate(labels_of(count)):
        start = -1.4 - 0.2 * place
        tuned_start = start + (0.1 if place == 0 else 1.3)
        margins = {
            ("base", "base"): start, ("base", "tuned"): start + PORTABLE[place], ("tuned", "base"): tuned_start,
            ("tuned", "tuned"): tuned_start + PORTABLE[place] + INTERACTION[place],
        }  # fmt: skip
        rows += [
            {
                "pair": pair,
                "upstream": upstream,
                "late": late,
                "readout": readout,
                "precision": precision,
                "value": value + other,
                "n_events": 600 - place,
            }
            for (upstream, late), value in margins.items()
            for readout, precision, other in VIEWS
        ]
    return pd.DataFrame(rows)


def losses_of(count):
    """Loss curves of a base and a tuned checkpoint per family."""
    rng, rows = np.random.default_rng(5), []
    for place, pair in enumerate(labels_of(count)):
        for stage, steps, start, end in (
            ("pretraining", 2000, 6.2, 1.4 + 0.05 * place),
            ("instruction tuning", 400, 2.1, 0.5),
        ):
            checkpoint = f"{stage} {place}"
            for step in range(0, steps + 1, 10):
                loss = end + (start - end) * np.exp(-8 * step / steps)
                rows.append((pair, stage, checkpoint, step, "training", loss + rng.normal(0, 0.08)))
                if step % (steps // 10) == 0:
                    rows.append((pair, stage, checkpoint, step, "held_out", loss + 0.05))
    return pd.DataFrame(rows, columns=["pair", "stage", "checkpoint", "step", "quantity", "loss"])


FISHERMAN = """Write a short story of a fisherman who finds a letter in a bottle and answers it. Put the whole \
reply in double quotation marks and finish with the words Is there anything else I can help with?"""
KOREAN = "Question: How do I say good morning in Korean?\nAnswer:"


def examples_of():
    """Three events: at the first token, after a shared word, and with whitespace and characters no font has."""
    capital = "Question: What is the capital city of the country of Zorland?\nAnswer:"
    rows = [
        ("facts", capital, "", " The", " Zor"),
        ("format", FISHERMAN, '\n\n"The fisherman', "\n\n", " ("),
        ("conversation", KOREAN, " You can say", " \uc548\ub155", '\t"**Good morning everyone'),
    ]
    return pd.DataFrame(rows, columns=["category", "prompt", "continuation", "base_text", "tuned_text"])


def pairs_of(count):
    """Pairs with 40-digit revisions."""
    base, tuned = "ab" * 19 + "c", "cd" * 19 + "e"
    rows = [
        (pair, f"maker/{pair}@{place}{base}", f"maker/{pair}-it@{place}{tuned}", 32, 4096, 19, 19 / 32)
        for place, pair in enumerate(labels_of(count))
    ]
    columns = ["pair", "base", "tuned", "blocks", "d_model", "boundary", "relative_depth"]
    return pd.DataFrame(rows, columns=columns)


def counts_of(count):
    """Numbers of events of `count` families of 20 prompts, and of one that has none."""
    rows = [
        (pair, 20, 17, 3, "no divergence: 2; base stops: 1", 16 / 17, 8.0, (8 + place) / 17, 7 / 17, 5 / 17)
        for place, pair in enumerate(labels_of(count))
    ]
    columns = ["pair", "prompts", "usable", "excluded", "reasons", "consistent_share", "median_step"]
    columns += ["step_0_share", "from_3_share", "from_5_share"]
    return pd.DataFrame(rows, columns=columns)


def comparison_of():
    """Six published numbers: two reproduced, one not, one not compared, two not yet measured."""
    words = {"section": "Table B.1", "quantity": "interaction", "support": "headline prompts", "family": "mean"}
    words |= {"readout": "common_tuned", "unit": "logits", "rule": "estimate_balanced", "doubt": "P1", "note": None}
    numbers = {
        "published": 1.68,
        "published_low": 1.604,
        "published_high": 1.756,
        "value": 1.7,
        "low": 1.6,
        "high": 1.8,
    }
    numbers["estimate"] = "interaction of the mean"
    judged = {"difference": 0.02, "intervals_overlap": True, "same_sign": True, "verdict": "reproduced"}
    unmeasured = dict.fromkeys(("estimate", "value", "low", "high", "difference", "intervals_overlap", "same_sign"))
    no_intervals = dict.fromkeys(("published_low", "published_high", "low", "high"))
    changes = [
        {},
        {"unit": "count", "published": 600, "estimate": "events", "value": 600, **no_intervals},
        {"verdict": "differs"},
        {**unmeasured, "verdict": "not compared", "rule": "compare_with_zero"},
        {**unmeasured, "verdict": "not yet measured", "rule": None},
        {**unmeasured, "verdict": "not yet measured"},
    ]
    rows = [{"claim": f"c{place}", **words, **numbers, **judged, **change} for place, change in enumerate(changes)]
    return pd.DataFrame(rows).astype(dict.fromkeys([*(set(numbers) - {"estimate"}), "difference"], float))


def drawings_of(count):
    """Every figure of a study of `count` families, by name; figures are imported where they are made."""
    from crosspatch.experiments.factorial.draw_categories import draw_categories
    from crosspatch.experiments.factorial.draw_cell_means import draw_cell_means
    from crosspatch.experiments.factorial.draw_interaction import draw_interaction
    from crosspatch.experiments.factorial.draw_positions import draw_positions
    from crosspatch.experiments.factorial.draw_readouts import draw_readouts
    from crosspatch.experiments.factorial.draw_schematic import draw_schematic
    from crosspatch.experiments.miniatures.draw_losses import draw_losses

    effects, labels = effects_of(count), labels_of(count)
    return {
        "interaction": draw_interaction(effects, labels),
        "positions": draw_positions(effects, labels),
        "categories": draw_categories(effects, labels),
        "readouts": draw_readouts(effects, labels),
        "cell_means": draw_cell_means(cell_means_of(count), labels),
        "losses": draw_losses(losses_of(count), labels),
        "schematic": draw_schematic(examples_of()),
    }


@pytest.fixture
def make():
    """The builders of this file."""
    return SimpleNamespace(
        effects=effects_of, labels=labels_of, cell_means=cell_means_of, losses=losses_of, examples=examples_of,
        pairs=pairs_of, event_counts=counts_of, comparison=comparison_of, drawings=drawings_of,
    )  # fmt: skip
