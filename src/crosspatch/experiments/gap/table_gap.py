"""The gap of the final half under every pair of readers and histories, with both lenses and in both directions, and
what needs no endpoint, by family.
"""

import pandas as pd

from crosspatch.experiments.gap.comparisons import COMPARISONS, arm_of
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import join, select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.histories import LENSES

SHOWN = {
    ("raw", "gap_final_half"): "KL to final, raw",
    ("tuned", "gap_final_half"): "KL to final, tuned",
    ("raw", "gap_final_half_by_step"): "over steps, raw",
    ("raw", "reverse_gap_final_half"): "KL from final, raw",
    ("tuned", "reverse_gap_final_half"): "KL from final, tuned",
    ("raw", "js_gap_final_half"): "JS, raw",
    ("raw", "remaining_js_final_half"): "Remaining JS, raw",
    ("raw", "future_flips_final_half"): "Future flips, raw",
}
"""Lens and quantity of each column, and its words."""
SPEC = TableSpec(
    label="gap",
    title="Distance of blocks to the reader's own final prediction, tuned less base",
    note=(
        "Nats (flips: changes of the top token), means over the final half of the blocks under the raw or the tuned "
        "lens, with {level} intervals (the widest over prompts, templates and token pairs). KL to final is "
        "KL(block || final), KL from final the other direction. Steps of a prompt are averaged first; over steps, all "
        "steps of all prompts count the same, where both readers have the same ones. The tuned checkpoint reads in its "
        "chat template and the base the raw prompt, unless both read raw or one is compared with itself. Null pairs, "
        "which had no instruction tuning, are marked as extra and are in no mean."
    ),
    columns=(
        FAMILY,
        Column("compared", "Compared"),
        *(Column(f"{lens}_{name}", words, estimate) for (lens, name), words in SHOWN.items()),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family",),
)


def table_gap(gap: pd.DataFrame, labels: Labels, gap_floor: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return a row for each comparison in every family, in every null pair (`gap_floor`) and in the mean."""
    compared = {arm_of(name, lens): (name, lens) for name in COMPARISONS for lens in LENSES}
    rows = select_arms(
        join(gap, gap_floor), "table gap", labels, effect=sorted({name for _, name in SHOWN}), arm=list(compared)
    )
    about = pd.DataFrame([compared[arm] for arm in rows["arm"]], columns=["compared", "lens"])
    rows = rows.assign(compared=about["compared"], effect=about["lens"] + "_" + rows["effect"])
    return of_scopes(rows, labels, "compared", list(COMPARISONS), [f"{lens}_{name}" for lens, name in SHOWN])
