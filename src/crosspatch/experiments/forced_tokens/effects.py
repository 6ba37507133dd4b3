"""From grades of texts to what each token is worth, prompt by prompt."""

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from crosspatch.experiments.forced_tokens.confound import is_answer_token, is_number_token
from crosspatch.experiments.forced_tokens.names import (
    ALL,
    BRANCHES,
    CLASS,
    EVENTS,
    LOOSELY,
    NO_ANSWER,
    OURS,
    PUBLISHED,
    RANK,
    UNCUT,
    arm_of,
    kind_of,
)
from crosspatch.experiments.forced_tokens.views import views_of
from crosspatch.jobs.control_values import arm_rows, as_values
from crosspatch.jobs.grading import grade, grade_loosely, grade_published
from crosspatch.records.expectations import INSTRUCTIONS, NUMBER, Expectation
from crosspatch.records.sides import BASE, TUNED

GRADERS: Final = {OURS: grade, PUBLISHED: grade_published, LOOSELY: grade_loosely}
CONTRASTS: Final = ((TUNED, BASE), (TUNED, RANK), (TUNED, CLASS), (BASE, RANK))


def graded(texts: pd.DataFrame, expected: Mapping[str, Expectation]) -> pd.DataFrame:
    """Return the `forced_grades` of a `forced_texts` table: each text in each view, under each reading.

    The loose reading is of instructions only, since it is ours of all else.
    """
    rows = []
    for row in texts.itertuples():
        own = expected[row.prompt_id]
        known = {name: getattr(row, name) for name in ("pair", "prompt_id", "category", "branch")}
        for view, (text, ended) in views_of(row).items():
            for reading, read in GRADERS.items():
                if reading != LOOSELY or own.validator == INSTRUCTIONS:
                    found = vars(read(text, own, ended=ended))
                    rows.append({**known, "view": view, "reading": reading, "validator": own.validator, **found})
    columns = "pair prompt_id category branch view reading validator passed reason".split()
    return pd.DataFrame(rows, columns=columns).astype({"passed": object, "reason": object})


def answer_tokens(forced: pd.DataFrame, expected: Mapping[str, Expectation]) -> pd.DataFrame:
    """Return by prompt whether its base and its tuned token are the answer (0 or 1), and whether the base one is a
    number; of events of which something is forced.
    """
    own = forced[forced["reason"].isna()]
    texts = own.pivot_table("text", "prompt_id", "branch", aggfunc="first").reindex(columns=list(BRANCHES))
    return pd.DataFrame({
        "base_is_answer": [is_answer_token(text, expected[name]) for name, text in texts[BASE].items()],
        "base_is_number": [is_number_token(text) for text in texts[BASE]],
        "tuned_is_answer": [is_answer_token(text, expected[name]) for name, text in texts[TUNED].items()],
    }, index=texts.index, dtype=float)  # fmt: skip


def successes(grades: pd.DataFrame) -> pd.DataFrame:
    """Return by prompt the success after each token, and its differences, where both of the event's own are graded."""
    passed = grades.dropna(subset="passed").astype({"passed": float})
    wide = passed.pivot_table(index="prompt_id", columns="branch", values="passed").reindex(columns=list(BRANCHES))
    own = wide.dropna(subset=[TUNED, BASE])
    values = {f"success_{branch}": own[branch] for branch in BRANCHES}
    values |= {f"{one}_less_{other}": own[one] - own[other] for one, other in CONTRASTS}
    return pd.DataFrame(values).rename_axis(columns=None)


def effect_values(pair: str, grades: pd.DataFrame, tokens: pd.DataFrame) -> pd.DataFrame:
    """Return the `control_values` of a pair, by view and kind of prompts: as read by us, as published, loosely; without
    events whose base token is the answer, or a number where one is expected; and of events none of whose texts failed
    for having been cut. Shares of the events themselves are of no view.

    grades: `graded`; tokens: `answer_tokens`.
    """
    kinds = dict(_kinds(grades))
    parts = [
        arm_rows(successes(own), arm_of(view, kind, *named))
        for kind, some in kinds.items()
        for view, seen in some.groupby("view", sort=False)
        for named, own in _restricted(seen, tokens)
    ]
    shares = [arm_rows(tokens.loc[_names(some)], arm_of(EVENTS, kind)) for kind, some in kinds.items()]
    return as_values([*parts, *shares], pair)


def _kinds(grades: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield ALL, grades
    for category, own in grades.groupby("category", sort=False):
        yield str(category), own
        several = own.groupby("validator", sort=False)
        if len(several) > 1:
            yield from ((kind_of(str(category), str(validator)), some) for validator, some in several)


def _restricted(grades: pd.DataFrame, tokens: pd.DataFrame) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    for reading, own in grades.groupby("reading", sort=False):
        yield (str(reading),), own
    ours = grades[grades["reading"] == OURS]
    about = tokens.reindex(ours["prompt_id"]).set_axis(ours.index)
    answers = (about["base_is_answer"] > 0) | ((about["base_is_number"] > 0) & (ours["validator"] == NUMBER))
    yield (NO_ANSWER,), ours[~answers]
    # A reason beside a grade says that the text was cut; a text without a grade has no grade to leave out.
    cut = ours.loc[ours["reason"].notna() & ours["branch"].isin([TUNED, BASE]), "prompt_id"]
    yield (UNCUT,), ours[~ours["prompt_id"].isin(cut)]


def _names(grades: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(grades["prompt_id"]))
