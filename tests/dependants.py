"""Which jobs of the smoke study depend on what, listed by hand."""

from itertools import product

from crosspatch.workflow.catalogue import JOBS, all_shown
from crosspatch.workflow.ideas import all_controls

PAIRS = ("smoke_llama", "smoke_olmo2")
BASES = ("smoke_llama_base", "smoke_olmo2_base")
TUNED = ("smoke_llama_tuned", "smoke_olmo2_tuned")
NULL_PAIRS = ("smoke_twin",)
TWINS = ("smoke_llama_twin",)
RECIPES = ("smoke", "smoke_deep")
SIDES = ("base", "tuned")


def each(rule, *wildcards):
    """Return the jobs of a rule over every combination of wildcards."""
    return {" ".join([rule, *values]) for values in product(*wildcards)}


def drawn_from(*tables):
    """Return the jobs of figures and tables that read some of these tables."""
    return {
        f"{JOBS[form]} {name}"
        for form in JOBS
        for name, shown in all_shown(form).items()
        if {*shown.needs, *shown.takes} & set(tables)
    }


PAGE = {"write_findings"}
FROM_VERDICTS = PAGE | {"judge_controls", "draw_figure verdicts", "make_table verdicts"}
FROM_COMPARISON = PAGE | {"compare_with_published", "make_table scorecard", "make_table coverage"}
FROM_EFFECTS = {
    *("draw_figure interaction", "draw_figure positions", "draw_figure categories", "draw_figure readouts"),
    *("make_table balanced", "make_table readouts", "make_table positions", "export_effects", "make_table families"),
    *FROM_COMPARISON,
    *FROM_VERDICTS,
}
FROM_ESTIMATES = {"collect_effects"} | FROM_EFFECTS
FROM_NULL_ESTIMATES = PAGE | {"collect_noise_floor", "make_table noise_floor", "draw_figure interaction"}
ESTIMATED = each("estimate_effects", PAIRS + NULL_PAIRS) | FROM_ESTIMATES | FROM_NULL_ESTIMATES

# Controls that are compared with the pairs' own cells, those that are not, and what is drawn from their estimates.
FROM_ESTIMATES_OF_CONTROLS = {"export_controls"} | FROM_COMPARISON | FROM_VERDICTS
ARMS_OF_CELLS = [
    name
    for name, control in all_controls().items()
    if "cells" in control.writes and control.idea not in ("descendants", "continuations")
]  # of which the study has none
DISPLACING = [
    name
    for name, control in all_controls().items()
    if control.idea == "hybrids" and control.arms and "values" in control.writes and name != "interpolation"
]
OF_ARMS = each("estimate_control", ARMS_OF_CELLS) | drawn_from(*ARMS_OF_CELLS) | FROM_ESTIMATES_OF_CONTROLS
OF_DISTANCES = {"estimate_control distances", "draw_figure distances"}
OF_WINDOWS = each("estimate_control", ("windows", "write_out")) | {
    *("draw_figure windows", "draw_figure write_out", "make_table windows"),
    *FROM_ESTIMATES_OF_CONTROLS,
}
OF_TOKEN_POOLS = {"permute_tokens", "draw_figure token_identity"} | FROM_ESTIMATES_OF_CONTROLS
OF_LABEL_SWAP = {"swap_labels", "draw_figure label_swap", "make_table families"} | FROM_ESTIMATES_OF_CONTROLS
FROM_CELLS = (
    {
        *(
            "estimate_balanced",
            "compare_with_zero",
            "average_cells",
            "draw_figure cell_means",
            "count_events",
            "make_table events",
        )
    }
    | FROM_ESTIMATES
    | OF_ARMS
    | OF_LABEL_SWAP
    | {"regress_on_commitment"}
)
GRAFTS = ("grafts", "graft_controls", "graft_regions", "graft_blocks")
CLOSURES = ("closure", "directions")
FIGURES = PAGE | {
    f"draw_figure {name}"
    for name in all_shown("draw")
    if name
    not in (
        "audit",
        "lineages",
        "along_training",
        "updates",
        "gap",
        "readers",
        "same_block",
        "lenses",
        "continuations",
        "forced_tokens",
        "behaviour",
        *GRAFTS,
        "free_running",
        *CLOSURES,
    )
}  # which the study does not have


def displaced(*pairs):
    """Return the jobs that say how far random displacements move the late effect."""
    return each("size_displacements", pairs, DISPLACING)


def arms(*pairs):
    """Return the jobs of controls that read the pairs' own cells."""
    rules = (
        *("read_hybrids", "grade_anomaly", "drop_near_ties", "split_by_tokens", "change_scale"),
        *("sweep_boundaries", "sort_by_commitment", "fit_doses", "mix_kinds", "describe_events"),
    )
    return {job for rule in rules for job in each(rule, pairs)} | displaced(*pairs) | OF_DISTANCES


def selected(*pairs):
    """Return the jobs that measure cells at other events."""
    return each("measure_selected", pairs, ("selection", "native_history", "later_kinds"))


def chosen(*pairs):
    """Return the jobs that choose other events from readings of rollouts."""
    return {job for rule in ("select_local_disagreements", "select_histories") for job in each(rule, pairs)}


def engine(*pairs):
    """Return the jobs that run blocks for the cells of some pairs, and those that are the same for every pair after."""
    cells = each("capture_boundary", pairs, SIDES) | each("measure_cells", pairs, SIDES) | each("verify_pair", pairs)
    return cells | each("assemble_factorial", pairs) | each("estimate_effects", pairs)


MEASURED_NULLS = engine(*NULL_PAIRS) | FROM_NULL_ESTIMATES


def measured(*pairs):
    """Return everything from the boundary states of some pairs on."""
    states = each("read_token_pool", pairs) | each("read_boundary", pairs) | each("graft_mlps", pairs)
    controls = arms(*pairs) | selected(*pairs) | states | OF_TOKEN_POOLS | OF_WINDOWS
    return engine(*pairs) | controls | FROM_CELLS


FROM_ROLLOUTS = (
    each("find_divergences", PAIRS + NULL_PAIRS)
    | {"choose_examples", "draw_figure schematic"}
    | each("read_paths", PAIRS)
    | chosen(*PAIRS)
    | each("select_later_kinds", PAIRS)
    | measured(*PAIRS)
    | MEASURED_NULLS
)
ROLLED_OUT = each("roll_out", BASES + TUNED + TWINS, ["raw"], ["smoke"])
CHECKED = each("check_pair", PAIRS) | each("check_boundary", PAIRS) | {"list_checkpoints", "make_table checkpoints"}
CHECKED_NULLS = each("check_pair", NULL_PAIRS) | each("check_boundary", NULL_PAIRS)
FROM_CHECKS = CHECKED | CHECKED_NULLS | ROLLED_OUT | FROM_ROLLOUTS
FROM_DECODING = (
    each("tune_miniature", TUNED) | {"collect_losses", "draw_figure losses"} | CHECKED | ROLLED_OUT | FROM_ROLLOUTS
)
FROM_TRAINING = each("pretrain_miniature", BASES) | each("continue_miniature", TWINS) | FROM_DECODING | CHECKED_NULLS

NEW = "smoke_qwen3"
OF_NEW_PAIR = {
    *("pretrain_miniature smoke_qwen3_base", "tune_miniature smoke_qwen3_tuned"),
    *("roll_out smoke_qwen3_base raw smoke", "roll_out smoke_qwen3_tuned raw smoke"),
    *("check_pair smoke_qwen3", "check_boundary smoke_qwen3"),
    *("find_divergences smoke_qwen3", "verify_pair smoke_qwen3"),
    *("capture_boundary smoke_qwen3 base", "capture_boundary smoke_qwen3 tuned"),
    *("measure_cells smoke_qwen3 base", "measure_cells smoke_qwen3 tuned"),
    *("assemble_factorial smoke_qwen3", "estimate_effects smoke_qwen3"),
    *("read_paths smoke_qwen3", "read_token_pool smoke_qwen3", "read_boundary smoke_qwen3", "graft_mlps smoke_qwen3"),
    *(arms(NEW) | selected(NEW) | chosen(NEW) | {"select_later_kinds smoke_qwen3"}),
}
OVER_PAIRS = (
    {
        "choose_examples",
        "draw_figure schematic",
        "collect_losses",
        "draw_figure losses",
        "list_checkpoints",
        "make_table checkpoints",
    }
    | FROM_CELLS
    | OF_DISTANCES
    | OF_TOKEN_POOLS
    | OF_WINDOWS
)
