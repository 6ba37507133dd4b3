"""The answer of a study in sentences, made by rule from the numbers drawn in its headline figure."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Row, bounded, count, logits
from crosspatch.figures.words import METHODS, percent, position_label
from crosspatch.records.estimates import CLUSTERS, PROMPT, widest

NUMBERS = ("value", "low", "high")
EFFECTS = {
    "portable": "late effect from the base upstream",
    "matched": "late effect from the tuned upstream",
    "interaction": "what needs the tuned upstream",
}
LEADS = {
    "unknown": "The interaction is {value} logits, without an interval.",
    "unsettled": "The study does not tell the interaction from zero: {value} logits, and its widest {level} interval, "
    "over {over}, reaches from {low} to {high}.",
    "negative": "The interaction is negative, against the claim: {value} logits, and its widest {level} interval, over "
    "{over}, reaches from {low} to {high}.",
    "positive": "Part of the late effect needs the tuned upstream: an interaction of {value} logits, whose widest "
    "{level} interval, over {over}, reaches from {low} to {high}.",
}
FLOOR = "Where nothing was tuned on instructions, the interaction is {each}."
REMEDY = "draw the headline figure again (snakemake --forcerun draw_figure)"


def answer(drawn: pd.DataFrame) -> list[str]:
    """Return the sentences of the answer; `drawn` are the numbers of the figure `interaction`.

    The first says the sign by the widest interval: one that holds zero settles nothing.
    """
    need_columns(drawn, ["panel", "effect", "method", "label", "n_events", *NUMBERS], "findings", REMEDY)
    means = drawn[drawn["panel"] == "A"]
    one = means[means["effect"] == "interaction"]
    deciding = _first(widest(one))
    words = {name: logits(deciding, name) for name in NUMBERS}
    over = METHODS[deciding["method"]]
    level = "" if pd.isna(deciding["level"]) else percent(deciding["level"])
    lead = LEADS[_sign(deciding)].format(**words, over=over, level=level)
    late = {name: _first(means[means["effect"] == name]) for name in ("portable", "matched")}
    moves = "The late layers move the margin by {} logits from the base upstream and by {} from the tuned one".format(
        *(logits(late[name], "value") for name in late)
    )
    return [lead, f"{moves} ({deciding['label'].lower()}, {count(deciding, 'n_events')} events)."]


def headline_numbers(drawn: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the three effects of the mean: name, meaning, number, and a line for each interval."""
    means = drawn[drawn["panel"] == "A"]
    return [
        {
            "effect": name,
            "meaning": meaning,
            "value": logits(_first(means[means["effect"] == name]), "value"),
            "intervals": [_interval(row) for row in _rows(means[means["effect"] == name]) if pd.notna(row["low"])],
        }
        for name, meaning in EFFECTS.items()
    ]


def family_rows(drawn: pd.DataFrame) -> list[dict[str, str]]:
    """Return each family's interaction: over prompts, over the widest clusters, and at later positions."""
    table = drawn[drawn["panel"] == "B"]
    return [_family(table[table["scope"] == scope]) for scope in dict.fromkeys(table["scope"])]


def families_sentence(drawn: pd.DataFrame) -> str:
    """Return in how many families the interaction is above zero, and in how many with its widest interval."""
    table = drawn[(drawn["panel"] == "B") & (drawn["arm"] == "all") & (drawn["n_pairs"] == 1)]
    found = widest(table)
    above, clear = int((found["value"] > 0).sum()), int((found["low"] > 0).sum())
    families = f"{len(found)} famil{'y' if len(found) == 1 else 'ies'}"
    return f"It is above zero in {above} of {families}, and with the widest interval in {clear}."


def floor_sentences(drawn: pd.DataFrame) -> list[str]:
    """Return one sentence on the null pairs, each with its widest interval; none if the study has no null pair."""
    rows = _rows(drawn[drawn["panel"] == "floor"])
    each = "; ".join(f"{bounded(row, 'value')} logits for {row['label']}" for row in rows)
    return [FLOOR.format(each=each)] if rows else []


def resampled_rows(balanced: pd.DataFrame | None) -> list[dict[str, str]]:
    """Return the interaction of the mean by what its interval resamples, of the table `balanced`."""
    rows = (
        []
        if balanced is None
        else _rows(balanced.rename(columns={"interaction_low": "low", "interaction_high": "high"}))
    )
    return [{"over": str(row["resampled"]), "interaction": bounded(row, "interaction")} for row in rows]


def _family(rows: pd.DataFrame) -> dict[str, str]:
    own, later = rows[rows["arm"] == "all"], rows[rows["arm"] != "all"]
    over_prompts, over_clusters = own[own["method"] == PROMPT], own[own["method"].isin(CLUSTERS)]
    first = _first(own)
    return {
        "label": str(first["label"]),
        "events": count(first, "n_events"),
        "prompts": bounded(_first(over_prompts), "value") if len(over_prompts) else "",
        "clusters": bounded(_first(over_clusters), "value") if len(over_clusters) else "",
        "over": METHODS[_first(over_clusters)["method"]] if len(over_clusters) else "",
        "later": bounded(_first(later), "value") if len(later) else "",
        "position": position_label(str(_first(later)["arm"])) if len(later) else "",
        "later_events": count(_first(later), "n_events") if len(later) else "",
    }


def _sign(row: Row) -> str:
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return "unknown"
    return "positive" if row["low"] > 0 else "negative" if row["high"] < 0 else "unsettled"


def _interval(row: Row) -> str:
    return f"{logits(row, 'low')} to {logits(row, 'high')} over {METHODS[row['method']]}"


def _rows(frame: pd.DataFrame) -> Sequence[Mapping[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _first(frame: pd.DataFrame) -> Mapping[str, Any]:
    return _rows(frame.head(1))[0]
