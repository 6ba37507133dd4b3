"""Right answers after the tuned less after the base token, by family and kind of prompts, in the layout of table F.3 of
arXiv 2605.07284, with other views, without events whose base token is the answer, and less other tokens.
"""

import pandas as pd

from crosspatch.experiments.forced_tokens.names import (
    EVENTS,
    FIRST_WORDS,
    NO_ANSWER,
    PUBLISHED,
    UNCUT,
    WHOLE,
    WITH,
    WITHOUT,
)
from crosspatch.experiments.forced_tokens.shown import Line, kinds_in, lines_of
from crosspatch.figures.rendering import Column, TableSpec, estimate, share
from crosspatch.figures.tables import EVENTS as N_EVENTS
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels

NAME = "table forced_tokens"
EFFECT = "tuned_less_base"
SHARES: dict[str, tuple[str, Line]] = {
    "success_tuned": ("Right, tuned", (WHOLE, (), "success_tuned")),
    "success_base": ("Right, base", (WHOLE, (), "success_base")),
}
EFFECTS: dict[str, tuple[str, Line]] = {
    "whole": ("Whole answer", (WHOLE, (), EFFECT)),
    "published": ("Without it, as published", (WITHOUT, (PUBLISHED,), EFFECT)),
    "without": ("Without it", (WITHOUT, (), EFFECT)),
    "with": ("With it", (WITH, (), EFFECT)),
    "first": ("First 64 words", (FIRST_WORDS, (), EFFECT)),
    "restricted": ("Without it, base token no answer", (WITHOUT, (NO_ANSWER,), EFFECT)),
    "uncut": ("Whole, none cut", (WHOLE, (UNCUT,), EFFECT)),
    "rank": ("Whole, less as probable", (WHOLE, (), "tuned_less_rank")),
    "class": ("Whole, less of its kind", (WHOLE, (), "tuned_less_class")),
}
ANSWERS: dict[str, tuple[str, Line]] = {
    "base_is_answer": ("Base token is answer", (EVENTS, (), "base_is_answer")),
    "base_is_number": ("Base token is number", (EVENTS, (), "base_is_number")),
}
COLUMNS = {**SHARES, **EFFECTS, **ANSWERS}
"""Words and line of each column."""
SPEC = TableSpec(
    label="forced_tokens",
    title="Right answers after the tuned less after the base token",
    note=(
        "Share of events whose answer a validator passes, and its differences with {level} intervals (the widest over "
        "prompts, templates and token pairs). It is the forced token that a text is without or with; the whole answer "
        "has what both checkpoints wrote before it, too. None cut: neither text failed for having been cut. As "
        "probable: the token whose ln p is nearest to the base token's; of its kind: that one among tokens of its "
        "characters and length. Events are those with a grade of both whole answers."
    ),
    columns=(
        FAMILY,
        Column("kind", "Prompts"),
        *(Column(name, words, share) for name, (words, _) in SHARES.items()),
        *(Column(name, words, estimate) for name, (words, _) in EFFECTS.items()),
        *(Column(name, words, share) for name, (words, _) in ANSWERS.items()),
        N_EVENTS,
    ),
    grouped=("family",),
)


def table_forced_tokens(forced_tokens: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return a row for each kind of prompts in every family and in their mean."""
    rows = lines_of(forced_tokens, labels, NAME, {name: line for name, (_, line) in COLUMNS.items()})
    # The count of a row is that of whole answers, which is its first.
    first = (rows["line"] != "whole").to_numpy().argsort(kind="stable")
    named = rows.iloc[first].assign(effect=lambda own: own["line"])
    return of_scopes(named, labels, "kind", kinds_in(forced_tokens, NAME), list(COLUMNS))
