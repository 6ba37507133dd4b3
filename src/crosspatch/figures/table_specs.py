"""How each table is printed; the key is the table's name and its LaTeX label."""

from collections.abc import Mapping
from types import MappingProxyType

from crosspatch.figures.rendering import (
    Column,
    TableSpec,
    count,
    estimate,
    logits,
    measured,
    plain,
    revision,
    share,
)

FAMILY = Column("family", "Family")
EVENTS = Column("n_events", "Events", count)
EFFECTS = (
    Column("portable", "Portable", estimate),
    Column("matched", "Matched", estimate),
    Column("interaction", "Interaction", estimate),
)

CHECKPOINTS = TableSpec(
    label="checkpoints",
    title="Checkpoints of the study",
    note="Each with the first eight digits of its revision; relative depth is boundary / blocks.",
    columns=(
        FAMILY,
        Column("base", "Base", revision),
        Column("tuned", "Tuned", revision),
        Column("blocks", "Blocks", count),
        Column("d_model", "d_model", count),
        Column("boundary", "Boundary", count),
        Column("relative_depth", "Relative depth", plain),
    ),
)
BALANCED = TableSpec(
    label="balanced",
    title="Family-balanced effects of the late stack, by what the interval resamples",
    note="Logits, with {level} intervals; common tuned readout in float32.",
    columns=(Column("resampled", "Interval over"), *EFFECTS, EVENTS),
)
EVENT_COUNTS = TableSpec(
    label="events",
    title="What became of the prompts",
    note=(
        "Consistent: both checkpoints pick their own token again in a full forward pass. "
        "Step 0 is the first token after the prompt."
    ),
    columns=(
        FAMILY,
        Column("prompts", "Prompts", count),
        Column("usable", "Usable events", count),
        Column("excluded", "Excluded", count),
        Column("reasons", "Reasons"),
        Column("consistent_share", "Consistent", share),
        Column("median_step", "Median step", plain),
        Column("step_0_share", "At step 0", share),
    ),
)
READOUT_EFFECTS = TableSpec(
    label="readouts",
    title="Effects by family and readout",
    note=(
        "Logits, with {level} intervals over prompts; float32. "
        "Shares are ratios of means: portable / matched and interaction / native shift."
    ),
    columns=(
        FAMILY,
        Column("readout", "Readout"),
        *EFFECTS,
        Column("native_shift", "Native shift", logits),
        Column("portable_share", "Portable share", share),
        Column("interaction_share", "Interaction share", share),
    ),
    grouped=("family",),
)
POSITIONS = TableSpec(
    label="positions",
    title="Interaction by position of the event",
    note=(
        "Logits, with {level} intervals over prompts; common tuned readout in float32. "
        "Position 0 is the first token after the prompt."
    ),
    columns=(FAMILY, Column("position", "Position"), EFFECTS[2], EVENTS),
    grouped=("family",),
)

CLAIM = (Column("claim", "Row"), Column("section", "Place"), Column("quantity", "Number"), Column("family", "Family"))
DOUBT = Column("doubt", "Doubts")
SCORECARD = TableSpec(
    label="scorecard",
    title="Published numbers beside ours",
    note=(
        "Reproduced: the sign is the same, and the difference within the study's band or the intervals overlap. "
        "A study of other models than the papers' is compared by signs, in its means over families only: magnitudes in "
        "logits are not comparable between models, and none of the papers' families is in it. "
        "The doubts are listed in data/published/README.md."
    ),
    columns=(
        Column("verdict", "Verdict"),
        *CLAIM,
        Column("readout", "Readout"),
        Column("unit", "Unit"),
        Column("published", "Published", measured),
        Column("measured", "Ours", measured),
        Column("difference", "Difference", plain),
        DOUBT,
    ),
    grouped=("verdict",),
)
COVERAGE = TableSpec(
    label="coverage",
    title="What regenerates each published number",
    note=(
        "Not compared: a rule regenerates the number, but not as an estimate with a sign and a magnitude to compare. "
        "Not yet measured: no rule does, or this study has no such estimate. "
        "The doubts are listed in data/published/README.md."
    ),
    columns=(
        *CLAIM,
        Column("support", "Of"),
        Column("unit", "Unit"),
        Column("published", "Published", measured),
        Column("rule", "Rule"),
        Column("verdict", "Verdict"),
        DOUBT,
    ),
    grouped=("section",),
)
AUDIT = TableSpec(
    label="audit",
    title="The published records of one pair, estimated again",
    note=(
        "Logits, with {level} intervals over prompts; the records hold margins in the checkpoint's dtype only. "
        "As published is printed by the authors; the other rows are ours from their records. "
        "Authors' prompts: of each category the first valid ids; headline prompts: those the paper names. "
        "Consistent: both checkpoints pick their own token again in the unpatched passes."
    ),
    columns=(Column("readout", "Readout"), Column("prompts", "Prompts"), Column("subset", "Subset"), *EFFECTS, EVENTS),
    grouped=("readout", "prompts"),
)


SPECS: Mapping[str, TableSpec] = MappingProxyType(
    {
        spec.label: spec
        for spec in (CHECKPOINTS, BALANCED, EVENT_COUNTS, READOUT_EFFECTS, POSITIONS, SCORECARD, COVERAGE, AUDIT)
    }
)
"""Those of the study's own estimates; controls have theirs beside the functions that make the tables."""
