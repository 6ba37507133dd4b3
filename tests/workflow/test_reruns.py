"""Which jobs a dry run would start after each kind of edit: exactly the dependants, listed here by hand."""

import ast
import json
import re

import pytest

from dependants import (
    DISPLACING,
    ESTIMATED,
    FIGURES,
    FROM_CELLS,
    FROM_CHECKS,
    FROM_COMPARISON,
    FROM_DECODING,
    FROM_ESTIMATES_OF_CONTROLS,
    FROM_NULL_ESTIMATES,
    FROM_TRAINING,
    FROM_VERDICTS,
    MEASURED_NULLS,
    NEW,
    NULL_PAIRS,
    OF_ARMS,
    OF_DISTANCES,
    OF_LABEL_SWAP,
    OF_NEW_PAIR,
    OF_TOKEN_POOLS,
    OF_WINDOWS,
    OVER_PAIRS,
    PAGE,
    PAIRS,
    RECIPES,
    arms,
    chosen,
    displaced,
    drawn_from,
    each,
    measured,
    selected,
)

pytestmark = pytest.mark.workflow

DESCRIBED = each("describe_events", PAIRS) | PAGE
MODULES = {
    "experiments/factorial/draw_interaction": {"draw_figure interaction"} | PAGE,
    "experiments/findings/answer": PAGE,
    "experiments/findings/event_words": DESCRIBED,
    "figures/style": FIGURES,
    "figures/tables": each(
        "make_table",
        (
            *("checkpoints", "balanced", "events", "readouts", "positions", "families", "tokens", "scale", "hybrids"),
            *("selection", "native_history", "mixture", "commitment", "depth", "rotation", "noise_floor"),
        ),
    )
    | each("draw_figure", ("selection", "native_history", "commitment", "depth", "distances"))  # as their tables do
    | PAGE,
    "experiments/claims/table_coverage": {"make_table scorecard", "make_table coverage"} | PAGE,
    "figures/arm_lines": each("draw_figure", ("tokens", "selection", "commitment", "windows", "write_out", "rotation")),
    "statistics/intervals": ESTIMATED
    | {"estimate_balanced", "regress_on_commitment", *OF_ARMS}
    | OF_DISTANCES
    | OF_WINDOWS
    | OF_TOKEN_POOLS
    | OF_LABEL_SWAP,
    "experiments/factorial/zero_tests": {"compare_with_zero", "export_effects", "make_table families"},
    "experiments/claims/comparison": FROM_COMPARISON,
    "experiments/verdicts/questions": FROM_VERDICTS,
    "statistics/label_swap": OF_LABEL_SWAP,
    "measures/effects": ESTIMATED
    | {"estimate_balanced", "compare_with_zero", "regress_on_commitment"}
    | OF_ARMS
    | OF_DISTANCES
    | OF_WINDOWS
    | OF_TOKEN_POOLS
    | OF_LABEL_SWAP
    | each("fit_doses", PAIRS)
    | displaced(*PAIRS)
    | DESCRIBED,
    "jobs/assembly": each("assemble_factorial", PAIRS + NULL_PAIRS)
    | each("estimate_effects", PAIRS + NULL_PAIRS)
    | FROM_NULL_ESTIMATES
    | arms(*PAIRS)
    | selected(*PAIRS)
    | FROM_CELLS,
    "experiments/hybrids/hybrid_values": each("fit_doses", PAIRS)
    | displaced(*PAIRS)
    | each("estimate_control", ("interpolation", *DISPLACING))
    | drawn_from("interpolation", *DISPLACING)
    | FROM_ESTIMATES_OF_CONTROLS,
    "experiments/windows/picks": each("graft_mlps", PAIRS) | OF_WINDOWS,
    "experiments/hybrids/anomaly": each("grade_anomaly", PAIRS)
    | DESCRIBED
    | {"estimate_control anomaly", "draw_figure anomaly"}
    | FROM_ESTIMATES_OF_CONTROLS,
    "jobs/compatibility": FROM_CHECKS,
    "models/halves": measured(*PAIRS) | MEASURED_NULLS | each("read_paths", PAIRS) | chosen(*PAIRS),
    "models/decoding": FROM_DECODING,
    "models/miniature/training": FROM_TRAINING,
    "files/drawings": FIGURES,
    "experiments/factorial/average_cells": {"average_cells", "draw_figure cell_means"},
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
    checkout.touch("src/crosspatch/experiments/rollouts/roll_out.py")
    checkout.touch("schemas/events.schema.yaml")
    checkout.touch("requirements.lock")
    assert checkout.planned() == set()


def test_a_bootstrap_setting_reruns_the_estimates(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"]["statistics"].update(draws=300))
    of_controls = OF_ARMS | OF_DISTANCES | OF_WINDOWS | OF_TOKEN_POOLS | OF_LABEL_SWAP | {"regress_on_commitment"}
    assert checkout.planned() == ESTIMATED | {"estimate_balanced"} | of_controls


def test_a_setting_of_a_control_reruns_that_control(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"]["controls"]["anomaly"].update(keep=[0.4]))
    of_control = {"estimate_control anomaly", "draw_figure anomaly"} | FROM_ESTIMATES_OF_CONTROLS
    assert checkout.planned() == each("grade_anomaly", PAIRS) | of_control | DESCRIBED


def test_a_control_that_is_left_out_reruns_what_names_all(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"]["controls"].pop("anomaly"))
    assert checkout.planned() == FROM_ESTIMATES_OF_CONTROLS | DESCRIBED


def test_a_reworded_question_reruns_the_verdicts_and_other_words_of_a_control_nothing(checkout):
    said = "src/crosspatch/experiments/depth/idea.yaml"
    checkout.edit(said, lambda text: text.replace("does: every boundary", "does: each boundary"))
    assert checkout.planned() == set()
    checkout.edit(said, lambda text: text.replace("a tenth of the stack earlier?", "earlier?"))
    assert checkout.planned() == FROM_VERDICTS


def test_a_band_reruns_the_comparison(checkout):
    bands = {"pair": 0.1, "balanced": 0.05, "percent": 5, "count": 5}
    checkout.configure(lambda config: config["studies"]["smoke"]["claims"].update(bands=bands, pairs=["smoke_llama"]))
    assert checkout.planned() == FROM_COMPARISON


def test_a_study_without_claims_is_not_compared(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"].pop("claims"))
    assert checkout.planned() == PAGE
    checkout.edit("src/crosspatch/experiments/claims/table_coverage.py", lambda text: f"{text}\nEDITED = True\n")
    assert checkout.planned() == PAGE


def test_a_boundary_reruns_its_pair(checkout):
    both = ("smoke_llama", "smoke_again")  # of one lineage in another study
    checkout.configure(lambda config: [config["pairs"][pair].update(boundary=3) for pair in both])
    listed = {"check_boundary smoke_llama", "list_checkpoints", "make_table checkpoints"}
    assert checkout.planned() == listed | measured("smoke_llama")


def test_no_rule_has_two_bare_numbers_which_could_swap_unnoticed(checkout):
    # Snakemake compares the values of params as a set, without their names.
    files = [path for path in (checkout.folder / ".snakemake/metadata").rglob("*") if path.is_file()]
    records = [json.loads(path.read_text()) for path in files]
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


LIBRARIES = {
    "torch": FROM_TRAINING,
    "transformers": each("train_tokenizer", RECIPES) | FROM_TRAINING,
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
    path = "schemas/event_counts.schema.yaml"
    checkout.edit(path, lambda text: re.sub(r"(?m)^title: .*", "title: Edited", text))
    assert checkout.planned() == set()
    checkout.edit(path, lambda text: f"{text}\nx-edited: true\n")
    assert checkout.planned() == {"count_events", "make_table events"} | PAGE
