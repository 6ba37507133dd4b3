"""Which jobs a dry run would start after each kind of edit: exactly the dependants, listed here by hand."""

import ast
import json
import re
from itertools import product

import pytest

pytestmark = pytest.mark.workflow

PAIRS = ("smoke_llama", "smoke_olmo2")
BASES = ("smoke_llama_base", "smoke_olmo2_base")
TUNED = ("smoke_llama_tuned", "smoke_olmo2_tuned")
SIDES = ("base", "tuned")


def each(rule, *wildcards):
    """Return the jobs of a rule over every combination of wildcards."""
    return {" ".join([rule, *values]) for values in product(*wildcards)}


FROM_VERDICTS = {"judge_controls", "draw_verdicts", "make_table_verdicts"}
FROM_COMPARISON = {"compare_with_published", "make_table_scorecard", "make_table_coverage"}
FROM_EFFECTS = {
    *("draw_interaction", "draw_positions", "draw_categories", "draw_readouts"),
    *("make_table_balanced", "make_table_readouts", "make_table_positions", "export_effects", "make_table_families"),
    *FROM_COMPARISON,
    *FROM_VERDICTS,
}
FROM_ESTIMATES = {"collect_effects"} | FROM_EFFECTS

# Controls that are compared with the pairs' own cells, those that are not, and what is drawn from their estimates.
FROM_ESTIMATES_OF_CONTROLS = {"export_controls"} | FROM_COMPARISON | FROM_VERDICTS
ARMS_OF_CELLS = (
    *("tokens", "consistency", "scale", "interpolation", "signed_permutation", "rescaling", "anomaly"),
    *("selection", "native_history", "commitment", "depth"),
)
DRAWN_FROM_ARMS = {
    *("draw_referee", "draw_interpolation", "draw_anomaly", "draw_selection", "draw_native_history"),
    *("draw_commitment", "draw_depth", "make_table_tokens", "make_table_scale", "make_table_hybrids"),
    *("make_table_selection", "make_table_native_history", "make_table_commitment", "make_table_depth"),
}
OF_ARMS = each("estimate_control", ARMS_OF_CELLS) | DRAWN_FROM_ARMS | FROM_ESTIMATES_OF_CONTROLS
OF_DISTANCES = {"estimate_control distances", "draw_distances"}
OF_WINDOWS = each("estimate_control", ("windows", "write_out")) | {
    *("draw_windows", "draw_write_out", "make_table_windows"),
    *FROM_ESTIMATES_OF_CONTROLS,
}
OF_TOKEN_POOLS = {"permute_tokens", "draw_token_identity"} | FROM_ESTIMATES_OF_CONTROLS
OF_LABEL_SWAP = {"swap_labels", "draw_label_swap", "make_table_families"} | FROM_ESTIMATES_OF_CONTROLS
FROM_CELLS = (
    {*("estimate_balanced", "test_effects", "average_cells", "draw_cell_means", "make_table_events")}
    | FROM_ESTIMATES
    | OF_ARMS
    | OF_LABEL_SWAP
    | {"regress_on_commitment"}
)
CONTROL_FIGURES = {
    *("draw_verdicts", "draw_referee", "draw_interpolation", "draw_anomaly", "draw_selection", "draw_native_history"),
    *("draw_commitment", "draw_depth", "draw_distances", "draw_windows", "draw_write_out", "draw_token_identity"),
    "draw_label_swap",
}
FIGURES = {
    *("draw_schematic", "draw_losses", "draw_interaction", "draw_cell_means"),
    *("draw_positions", "draw_categories", "draw_readouts"),
    *CONTROL_FIGURES,
}


def arms(*pairs):
    """Return the jobs of controls that read the pairs' own cells."""
    rules = (
        *("interpolate_upstream", "permute_displacement", "rescale_crossed", "grade_anomaly", "drop_near_ties"),
        *("split_by_tokens", "change_scale", "sweep_boundaries", "sort_by_commitment"),
    )
    return {job for rule in rules for job in each(rule, pairs)} | OF_DISTANCES


def selected(*pairs):
    """Return the jobs that measure cells at other events."""
    return each("measure_selected", pairs, ("selection", "native_history"))


def chosen(*pairs):
    """Return the jobs that choose other events."""
    return {job for rule in ("select_local_disagreements", "select_histories") for job in each(rule, pairs)}


def measured(*pairs):
    """Return everything from the boundary states of some pairs on."""
    engine = each("capture_boundary", pairs, SIDES) | each("measure_cells", pairs, SIDES) | each("verify_pair", pairs)
    states = each("read_token_pool", pairs) | each("read_boundary", pairs) | each("graft_mlps", pairs)
    controls = arms(*pairs) | selected(*pairs) | states | OF_TOKEN_POOLS | OF_WINDOWS
    return engine | controls | each("assemble_factorial", pairs) | each("estimate_effects", pairs) | FROM_CELLS


FROM_ROLLOUTS = (
    each("find_divergences", PAIRS)
    | {"choose_examples", "draw_schematic"}
    | each("read_paths", PAIRS)
    | chosen(*PAIRS)
    | measured(*PAIRS)
)
FROM_CHECKPOINTS = (
    each("roll_out", BASES + TUNED, ["smoke"]) | each("check_pair", PAIRS) | {"make_table_checkpoints"} | FROM_ROLLOUTS
)
FROM_TUNING = each("tune_miniature", TUNED) | {"draw_losses"} | FROM_CHECKPOINTS
FROM_PRETRAINING = each("pretrain_miniature", BASES) | FROM_TUNING

NEW = "smoke_qwen3"
OF_NEW_PAIR = {
    *("pretrain_miniature smoke_qwen3_base", "tune_miniature smoke_qwen3_tuned"),
    *("roll_out smoke_qwen3_base smoke", "roll_out smoke_qwen3_tuned smoke"),
    *("check_pair smoke_qwen3", "find_divergences smoke_qwen3", "verify_pair smoke_qwen3"),
    *("capture_boundary smoke_qwen3 base", "capture_boundary smoke_qwen3 tuned"),
    *("measure_cells smoke_qwen3 base", "measure_cells smoke_qwen3 tuned"),
    *("assemble_factorial smoke_qwen3", "estimate_effects smoke_qwen3"),
    *("read_paths smoke_qwen3", "read_token_pool smoke_qwen3", "read_boundary smoke_qwen3", "graft_mlps smoke_qwen3"),
    *(arms(NEW) | selected(NEW) | chosen(NEW)),
}
OVER_PAIRS = (
    {"choose_examples", "draw_schematic", "draw_losses", "make_table_checkpoints"}
    | FROM_CELLS
    | OF_DISTANCES
    | OF_TOKEN_POOLS
    | OF_WINDOWS
)

MODULES = {
    "figures/interaction": {"draw_interaction"},
    "figures/style": FIGURES,
    "figures/tables": {
        *("make_table_checkpoints", "make_table_balanced", "make_table_events"),
        *("make_table_readouts", "make_table_positions"),
        *("make_table_selection", "make_table_native_history", "make_table_commitment", "make_table_depth"),
    },
    "figures/claims": {"make_table_scorecard", "make_table_coverage"},
    "figures/arms": {
        *("draw_referee", "draw_selection", "draw_commitment", "draw_windows", "draw_write_out"),
    },
    "statistics/intervals": each("estimate_effects", PAIRS)
    | {"estimate_balanced", "regress_on_commitment"}
    | FROM_ESTIMATES
    | OF_ARMS
    | OF_DISTANCES
    | OF_WINDOWS,
    "statistics/zero_tests": {"test_effects", "export_effects", "make_table_families"},
    "statistics/comparison": FROM_COMPARISON,
    "statistics/questions": FROM_VERDICTS,
    "statistics/label_swap": OF_LABEL_SWAP,
    "measures/effects": each("estimate_effects", PAIRS)
    | {"estimate_balanced", "test_effects", "regress_on_commitment"}
    | FROM_ESTIMATES
    | OF_ARMS
    | OF_DISTANCES
    | OF_WINDOWS
    | OF_TOKEN_POOLS
    | OF_LABEL_SWAP,
    "experiments/assembly": each("assemble_factorial", PAIRS)
    | each("estimate_effects", PAIRS)
    | arms(*PAIRS)
    | FROM_CELLS,
    "experiments/windows": each("graft_mlps", PAIRS) | OF_WINDOWS,
    "experiments/anomaly": each("grade_anomaly", PAIRS)
    | {"estimate_control anomaly", "draw_anomaly"}
    | FROM_ESTIMATES_OF_CONTROLS,
    "models/halves": measured(*PAIRS) | each("read_paths", PAIRS) | chosen(*PAIRS),
    "models/decoding": FROM_TUNING,
    "models/miniature/training": FROM_PRETRAINING,
    "files/drawings": FIGURES,
    "stages/average_cells": {"average_cells", "draw_cell_means"},
}


def test_a_finished_study_has_nothing_to_do(checkout):
    assert checkout.planned() == set()


@pytest.mark.parametrize("module", MODULES)
def test_an_edited_module_reruns_its_dependants(checkout, module):
    checkout.edit(f"src/crosspatch/{module}.py", lambda text: f"{text}\nEDITED = True\n")
    assert checkout.planned() == MODULES[module]


def test_comments_docstrings_and_formatting_rerun_nothing(checkout):
    def rewritten(text):
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
                node.body[0].value.value = "Edited."
        return "# A comment.\n" + ast.unparse(tree).replace("\n\n", "\n\n\n\n")

    for module in sorted(checkout.folder.glob("src/crosspatch/**/*.py")):
        if module.read_text(encoding="utf-8"):
            checkout.edit(str(module.relative_to(checkout.folder)), rewritten)
    assert checkout.planned() == set()


def test_touches_rerun_nothing(checkout):
    checkout.touch("data/world/world.yaml")
    checkout.touch("results/smoke/checkpoints/smoke_llama_base/checkpoint.json")
    checkout.touch("results/smoke/factorial/smoke_llama/cells.parquet")
    checkout.touch("src/crosspatch/models/halves.py")
    checkout.touch("src/crosspatch/stages/roll_out.py")
    checkout.touch("schemas/events.schema.yaml")
    checkout.touch("requirements.lock")
    assert checkout.planned() == set()


def test_a_bootstrap_setting_reruns_the_estimates(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"]["statistics"].update(draws=300))
    of_controls = OF_ARMS | OF_DISTANCES | OF_WINDOWS | OF_TOKEN_POOLS | OF_LABEL_SWAP | {"regress_on_commitment"}
    assert checkout.planned() == each("estimate_effects", PAIRS) | {"estimate_balanced"} | FROM_ESTIMATES | of_controls


def test_a_setting_of_a_control_reruns_that_control(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"]["controls"]["anomaly"].update(keep=[0.4]))
    of_control = {"estimate_control anomaly", "draw_anomaly"} | FROM_ESTIMATES_OF_CONTROLS
    assert checkout.planned() == each("grade_anomaly", PAIRS) | of_control


def test_a_control_that_is_left_out_reruns_what_names_all(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"]["controls"].pop("anomaly"))
    assert checkout.planned() == FROM_ESTIMATES_OF_CONTROLS


def test_a_band_reruns_the_comparison(checkout):
    bands = {"pair": 0.1, "balanced": 0.05, "percent": 5, "count": 5}
    checkout.configure(lambda config: config["studies"]["smoke"]["claims"].update(bands=bands))
    assert checkout.planned() == FROM_COMPARISON


def test_a_study_without_claims_is_not_compared(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"].pop("claims"))
    assert checkout.planned() == set()
    checkout.edit("src/crosspatch/figures/claims.py", lambda text: f"{text}\nEDITED = True\n")
    assert checkout.planned() == set()


def test_a_boundary_reruns_its_pair(checkout):
    checkout.configure(lambda config: config["pairs"]["smoke_llama"].update(boundary=3))
    assert checkout.planned() == {"check_pair smoke_llama", "make_table_checkpoints"} | measured("smoke_llama")


def test_no_rule_has_two_bare_numbers_which_could_swap_unnoticed(checkout):
    # Snakemake compares the values of params as a set, without their names.
    records = [
        json.loads(path.read_text()) for path in (checkout.folder / ".snakemake/metadata").rglob("*") if path.is_file()
    ]
    numbers = {record["rule"]: [value for value in record["params"] if value[:1].isdigit()] for record in records}
    assert "verify_pair" in numbers
    assert {rule: bare for rule, bare in numbers.items() if len(bare) > 1} == {}


def test_a_new_pair_leaves_the_others_alone(checkout):
    def add(config):
        config["studies"]["smoke"]["pairs"].append(NEW)
        config["pairs"][NEW] = {**config["pairs"]["smoke_llama"], "label": "Qwen3 (smoke)"}
        for side, parent in (("base", "smoke_llama_base"), ("tuned", "smoke_llama_tuned")):
            config["pairs"][NEW][side] = f"{NEW}_{side}"
            config["checkpoints"][f"{NEW}_{side}"] = dict(config["checkpoints"][parent])
        config["checkpoints"][f"{NEW}_base"]["architecture"] = "qwen3"
        config["checkpoints"][f"{NEW}_tuned"]["parent"] = f"{NEW}_base"

    checkout.configure(add)
    assert checkout.planned() == OF_NEW_PAIR | OVER_PAIRS


def test_a_removed_pair_leaves_the_others_alone(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"]["pairs"].remove("smoke_olmo2"))
    assert checkout.planned() == OVER_PAIRS


def test_captions_rerun_nothing(checkout):
    for caption in sorted((checkout.folder / "report").glob("*.rst")):
        checkout.edit(f"report/{caption.name}", lambda text: f"{text}\nEdited.\n")
    checkout.configure(lambda config: config["studies"]["smoke"].update(caveat="Edited."))
    assert checkout.planned() == set()


LIBRARIES = {
    "torch": FROM_PRETRAINING,
    "transformers": {"train_tokenizer smoke"} | FROM_PRETRAINING,
    "matplotlib": FIGURES,
    "ruff": set(),
    "snakemake": set(),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_pinned_version_reruns_what_runs_on_it(checkout, library):
    checkout.edit("requirements.lock", lambda text: re.sub(rf"(?m)^{library}==\S+", f"{library}==99.0", text))
    assert checkout.planned() == LIBRARIES[library]


def test_environments_rerun_nothing_by_themselves(checkout):
    for name in ("models", "tables"):
        checkout.edit(f"envs/{name}.yaml", lambda text: text.replace("pandas==", "pandas==99."))
    assert checkout.planned() == set()


def test_a_schema_reruns_what_reads_or_writes_such_tables(checkout):
    path = "schemas/effects.schema.yaml"
    checkout.edit(path, lambda text: re.sub(r"(?m)^title: .*", "title: Edited", text))
    assert checkout.planned() == set()
    checkout.edit(path, lambda text: f"{text}\nx-edited: true\n")
    assert checkout.planned() == each("estimate_effects", PAIRS) | {"estimate_balanced"} | FROM_ESTIMATES
