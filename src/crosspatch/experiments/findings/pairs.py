"""What was measured: the checkpoints of every pair, and what became of its prompts."""

import pandas as pd

from crosspatch.figures.rendering import count, revision, share, text


def pair_rows(checkpoints: pd.DataFrame | None, events: pd.DataFrame | None) -> list[dict[str, str]]:
    """Return a row for each family, of the tables `checkpoints` and `events`, as far as there are such tables."""
    known = {} if checkpoints is None else {str(row["family"]): row for row in checkpoints.to_dict("records")}
    counted = {} if events is None else {str(row["family"]): row for row in events.to_dict("records")}
    rows = []
    for family in dict.fromkeys([*known, *counted]):
        pair, events_of = known.get(family), counted.get(family)
        rows.append(
            {
                "family": family,
                "base": "" if pair is None else revision(pair, "base"),
                "tuned": "" if pair is None else revision(pair, "tuned"),
                "boundary": "" if pair is None else f"{count(pair, 'boundary')} of {count(pair, 'blocks')}",
                "prompts": "" if events_of is None else count(events_of, "prompts"),
                "events": "" if events_of is None else count(events_of, "usable"),
                "reasons": "" if events_of is None else text(events_of, "reasons"),
                "consistent": "" if events_of is None else share(events_of, "consistent_share"),
            }
        )
    return rows
