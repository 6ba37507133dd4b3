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


FROM_EFFECTS = {
    *("draw_interaction", "draw_positions", "draw_categories", "draw_readouts"),
    *("make_table_balanced", "make_table_readouts", "make_table_positions", "export_effects"),
    *("compare_with_published", "make_table_scorecard", "make_table_coverage"),
}
FROM_ESTIMATES = {"collect_effects"} | FROM_EFFECTS
FROM_CELLS = {
    *("estimate_balanced", "test_effects", "average_cells", "draw_cell_means", "make_table_events"),
} | FROM_ESTIMATES
FIGURES = {
    *("draw_schematic", "draw_losses", "draw_interaction", "draw_cell_means"),
    *("draw_positions", "draw_categories", "draw_readouts"),
}


def measured(*pairs):
    """Return everything from the boundary states of some pairs on."""
    engine = each("capture_boundary", pairs, SIDES) | each("measure_cells", pairs, SIDES) | each("verify_pair", pairs)
    return engine | each("assemble_factorial", pairs) | each("estimate_effects", pairs) | FROM_CELLS


FROM_ROLLOUTS = each("find_divergences", PAIRS) | {"choose_examples", "draw_schematic"} | measured(*PAIRS)
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
}
OVER_PAIRS = {"choose_examples", "draw_schematic", "draw_losses", "make_table_checkpoints"} | FROM_CELLS

MODULES = {
    "figures/interaction": {"draw_interaction"},
    "figures/style": FIGURES,
    "figures/tables": {
        *("make_table_checkpoints", "make_table_balanced", "make_table_events"),
        *("make_table_readouts", "make_table_positions"),
    },
    "figures/claims": {"make_table_scorecard", "make_table_coverage"},
    "statistics/intervals": each("estimate_effects", PAIRS) | {"estimate_balanced"} | FROM_ESTIMATES,
    "statistics/zero_tests": {"test_effects", "export_effects"},
    "statistics/comparison": {"compare_with_published", "make_table_scorecard", "make_table_coverage"},
    "measures/effects": each("estimate_effects", PAIRS) | {"estimate_balanced", "test_effects"} | FROM_ESTIMATES,
    "experiments/assembly": each("assemble_factorial", PAIRS) | each("estimate_effects", PAIRS) | FROM_CELLS,
    "models/halves": measured(*PAIRS),
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
    assert checkout.planned() == each("estimate_effects", PAIRS) | {"estimate_balanced"} | FROM_ESTIMATES


def test_a_band_reruns_the_comparison(checkout):
    bands = {"pair": 0.1, "balanced": 0.05, "percent": 5, "count": 5}
    checkout.configure(lambda config: config["studies"]["smoke"]["claims"].update(bands=bands))
    assert checkout.planned() == {"compare_with_published", "make_table_scorecard", "make_table_coverage"}


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
