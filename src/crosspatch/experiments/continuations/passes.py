"""Candidates as rows of passes: the history and all scored tokens but the last, which is predicted only."""

import pandas as pd


def passes_of(continuations: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates that count, with `prompt_id` naming prompt and candidate, and `context` what is read.

    Columns `scored` are the tokens up to their reach; the first is predicted at the last position of the history, which
    is at `start`.
    """
    own = continuations[continuations["reach"] >= 0].reset_index(drop=True)
    scored = [[*map(int, tokens)][: reach + 1] for tokens, reach in zip(own["tokens"], own["reach"], strict=True)]
    histories = [[*map(int, context)] for context in own["context"]]
    return own.assign(
        prompt=own["prompt_id"],
        prompt_id=own["prompt_id"] + " " + own["candidate"],
        scored=scored,
        start=[len(history) - 1 for history in histories],
        context=[history + tokens[:-1] for history, tokens in zip(histories, scored, strict=True)],
    )
