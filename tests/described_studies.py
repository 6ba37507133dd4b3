"""Described events and finished tables of a study, made up for the page that it is opened by."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosspatch.experiments.factorial.draw_interaction import draw_interaction
from crosspatch.experiments.findings.event_data import event_data
from crosspatch.experiments.findings.page import Links, Look, render_page
from crosspatch.experiments.findings.write_findings import content_of
from crosspatch.measures.effects import CONTRASTS, contrasts_of_cells
from finished_tables import comparison_of, effects_of, labels_of

REPORT = Path(__file__).parents[1] / "report"
MARKUP = "<script>window.injected = 1</script><img src=x onerror='window.injected = 2'>&amp;</script><!--"
HEBREW, EMOJI = "שאלה: מהי בירת צרפת?", "Write a poem about 👩🏽‍🚀 and 🇳🇴."
TEXTS = (MARKUP, HEBREW, EMOJI, "Question: What is 2 plus 2?\nAnswer:")
CATEGORIES = ("facts", "format", "reasoning", "safety")
REASON = "no divergence within the rollouts"
ARMS = ["selection: tuned path", "tokens: same class"]
WORDS = {
    "caveat": "Made up & <b>small</b>.",
    "note": "Only signs.",
    "not_tested": {"consistency": "events with <i>ties</i>"},
}
LINKS = {
    "draw": {"interaction": "factorial", "verdicts": "verdicts"},
    "table": {"balanced": "factorial", "verdicts": "verdicts", "scorecard": "claims"},
}


def described_of(pair: str, count: int, *, seed: int = 0, boundaries: int = 3, length: int = 1) -> pd.DataFrame:
    """`described_events` of a pair: every fifth prompt is excluded; texts hold markup, Hebrew and emoji in turn."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame([_row(pair, place, rng, boundaries, length) for place in range(count)])


def _row(pair: str, place: int, rng: np.random.Generator, boundaries: int, length: int) -> dict[str, Any]:
    text, category = TEXTS[place % len(TEXTS)], CATEGORIES[place % len(CATEGORIES)]
    known = {"pair": pair, "prompt_id": f"{category}_{place:04d}", "category": category, "source": "made up"}
    said = {"template": f"t{place % 7}", "prompt": f"{text} ({place})" * length, "boundary": 2}
    lists = ("margins", "top_texts", "base_ranks", "tuned_ranks", "boundaries", "boundary_interactions", "arms")
    empty = {name: [] for name in (*lists, "arm_steps", "arm_interactions", "counted_in")}
    tokens = ("base_text", "tuned_text", "base_class", "tuned_class", "base_gap", "tuned_gap", "consistent")
    if place % 5 == 4:
        without = dict.fromkeys(("step", *tokens, *CONTRASTS, "base_went_on", "tuned_went_on"))
        return known | said | empty | without | {"usable": False, "reason": REASON, "continuation": " the same"}
    margins = rng.normal([-2, 1, -1, 4], 1.5)
    effects = dict(zip(CONTRASTS, contrasts_of_cells(margins).tolist(), strict=True))
    swept = rng.normal(effects["interaction"], 0.3, boundaries).tolist()
    return {
        **known, **said, **effects, "usable": True, "reason": None, "step": int(rng.integers(0, 30)),
        "continuation": f" So {text}", "base_text": "\n", "tuned_text": MARKUP if place % 4 == 0 else " Sure",
        "base_class": "format", "tuned_class": "content", "base_gap": 0.5, "tuned_gap": 1.25,
        "base_went_on": f"base {text}" * length, "tuned_went_on": f"tuned {text}" * length,
        "consistent": place % 7 != 0, "margins": margins.tolist(), "top_texts": ["\n", " Sure", " of", "<|end|>"],
        "base_ranks": [1, 3, 2, 9], "tuned_ranks": [4, 1, 1, 1], "boundaries": list(range(1, boundaries + 1)),
        "boundary_interactions": swept, "arms": ARMS[:1], "arm_steps": [7],
        "arm_interactions": [float(rng.normal())], "counted_in": ARMS[1:],
    }  # fmt: skip


def drawn_of(count: int) -> pd.DataFrame:
    """Numbers drawn in the headline figure of a study of some families, as its CSV gives them."""
    effects = effects_of(count)
    return draw_interaction(effects if count > 1 else effects[effects["scope"] != "balanced"], labels_of(count)).drawn


def verdicts_of() -> pd.DataFrame:
    """Four verdicts, one of each word."""
    words = {"control": "headline", "arm": "all", "effect": "interaction", "if_artefact": 0.0, "level": 0.95}
    numbers = {
        "value": 0.9,
        "low": 0.7,
        "high": 1.1,
        "if_claim": 1.0,
        "predicted": "1",
        "n_events": 64,
        "families": "2/2",
    }
    changes = [
        {"question": "Is it held?", "verdict": "holds"},
        {"question": "Are ties <b>all</b>?", "verdict": "fails", "control": "consistency", "low": -0.1},
        {"question": "Is it weak?", "verdict": "weakens", "value": 0.4, "if_claim": None, "predicted": "> 0"},
        {"question": "Is it open?", "verdict": "undecided", "value": None, "low": None, "high": None},
    ]
    return pd.DataFrame([{**words, **numbers, **change} for change in changes])


def scorecard_of() -> pd.DataFrame:
    """Two published numbers, one that differs, with the verdicts that the table of that name counts."""
    rows = comparison_of().rename(columns={"value": "measured", "low": "measured_low", "high": "measured_high"})
    verdicts = {"reproduced": "reproduced (2 rows, 2 estimates)", "differs": "differs (1 row, 1 estimate)"}
    kept = rows[rows["verdict"].isin(verdicts)]
    return kept.assign(verdict=kept["verdict"].map(verdicts)).sort_values("verdict", ignore_index=True)


def tables_of() -> dict[str, pd.DataFrame]:
    """Tables that the page is written from."""
    return {
        "verdicts": verdicts_of(),
        "scorecard": scorecard_of(),
        "coverage": comparison_of().fillna({"rule": "not yet"}),
    }


def page_of(
    tables: dict[str, pd.DataFrame], described: dict[str, pd.DataFrame], *, drawn: pd.DataFrame | None = None
) -> str:
    """The page of a study of these pairs, with an empty picture for its figure."""
    look = Look(*((REPORT / f"findings.{ending}").read_text(encoding="utf-8") for ending in ("html", "css", "js")))
    content = content_of(drawn_of(max(len(described), 1)) if drawn is None else drawn, tables, WORDS)
    labels = {pair: f"Family {pair}" for pair in described}
    return render_page(look, Links("small", LINKS), content, event_data(described, labels), b"")
