"""What a job has to import before it works: modelling code takes longer than torch, and torch longer than pandas."""

import sys

import pytest

from crosspatch.workflow.catalogue import all_shown
from crosspatch.workflow.closure import all_modules, import_closure, is_script, libraries_of
from lifetimes import output_of

SCRIPTS = {module.rpartition(".")[2]: module for module in all_modules() if is_script(module)}
WITH_WEIGHTS = {
    *("pretrain_miniature", "tune_miniature", "roll_out", "verify_pair", "capture_boundary", "measure_cells"),
    *(
        "read_hybrids",
        "read_token_pool",
        "read_paths",
        "read_histories",
        "read_grafts",
        "roll_out_grafts",
        *("compare_readers", "vary_readings"),
        *("write_continuations", "capture_continuations", "score_continuations"),
        *("choose_forced", "continue_forced"),
        "measure_selected",
        "read_boundary",
        "sweep_boundaries",
        "graft_mlps",
        "capture_stage",
        "measure_stage",
        "move_states",
    ),
    *(
        "continue_miniature",
        "tune_on_preferences",
        "tune_on_samples",
        "tune_adapter",
        "pretrain_adapter",
        "measure_gates",
        "measure_update",
    ),
    *("train_lens", "examine_lens", "repeat_lens"),
}
WITH_TOKENIZERS = {
    *("check_pair", "find_divergences", "choose_examples", "select_histories", "select_local_disagreements"),
    *("train_tokenizer", "describe_events", "check_stages", "fetch_corpus", "select_later_kinds"),
    *("write_histories", "grade_rollouts"),
}
WITH_STATES = {"grade_anomaly"}


SHOWN = {f"{form}_{name}": shown.module for form in ("draw", "table") for name, shown in all_shown(form).items()}


def needing(library, run=SCRIPTS):
    closures = {name: import_closure(module) for name, module in run.items()}
    return {name for name, closure in closures.items() if any(library in libraries_of(module) for module in closure)}


def test_only_jobs_with_weights_have_the_code_that_runs_them():
    having = {rule for rule, script in SCRIPTS.items() if "crosspatch.models.loading" in import_closure(script)}
    assert having == WITH_WEIGHTS - {"pretrain_miniature"}  # which loads none


def test_only_jobs_with_weights_tokenizers_or_states_have_torch_or_transformers():
    assert needing("transformers") == WITH_WEIGHTS | WITH_TOKENIZERS
    assert needing("torch") <= WITH_WEIGHTS | WITH_TOKENIZERS | WITH_STATES


def test_only_figures_have_matplotlib_and_seaborn_and_none_asks_for_scipy():
    figures = {name for name in SHOWN if name.startswith("draw_")}
    assert needing("matplotlib") == {"draw_figure"}
    assert needing("matplotlib", SHOWN) == figures
    assert not needing("seaborn")
    assert needing("seaborn", SHOWN) == figures - {"draw_schematic", "draw_verdicts", "draw_directions"}
    assert not needing("scipy", SHOWN)


@pytest.mark.parametrize("library", ["altair", "itables", "vl_convert"])
def test_only_the_page_has_libraries_of_pages(library):
    assert needing(library) == {"write_findings"}


@pytest.mark.parametrize("rule", sorted(WITH_TOKENIZERS | WITH_STATES))
def test_a_job_without_weights_imports_no_modelling_code(rule):
    modelling = "{'transformers.modeling_utils', 'torch._dynamo', 'scipy'}"
    code = f"import sys, {SCRIPTS[rule]}; print({modelling} & sys.modules.keys())"
    assert output_of([sys.executable, "-c", code]) == "set()\n"
