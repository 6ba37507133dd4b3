"""What a job has to import before it works: modelling code takes longer than torch, and torch longer than pandas."""

import sys
from pathlib import Path

import pytest

from crosspatch.workflow.closure import import_closure, libraries_of
from lifetimes import output_of

STAGES = sorted(path.stem for path in Path("src/crosspatch/stages").glob("[a-z]*.py"))
WITH_WEIGHTS = {
    *("pretrain_miniature", "tune_miniature", "roll_out", "verify_pair", "capture_boundary", "measure_cells"),
    *("interpolate_upstream", "permute_displacement", "rescale_crossed", "hybrid_arms", "read_token_pool"),
    *("read_paths", "measure_selected", "read_boundary", "sweep_boundaries", "graft_mlps"),
}
WITH_TOKENIZERS = {
    *("check_pair", "find_divergences", "choose_examples", "select_histories", "select_local_disagreements"),
    "train_tokenizer",
}
WITH_STATES = {"grade_anomaly"}


def needing(library):
    closures = {stage: import_closure(f"crosspatch.stages.{stage}") for stage in STAGES}
    return {stage for stage, closure in closures.items() if any(library in libraries_of(module) for module in closure)}


def test_only_jobs_with_weights_have_the_code_that_runs_them():
    having = {stage for stage in STAGES if "crosspatch.models.loading" in import_closure(f"crosspatch.stages.{stage}")}
    assert having == WITH_WEIGHTS - {"pretrain_miniature"}  # which loads none


def test_only_jobs_with_weights_tokenizers_or_states_have_torch_or_transformers():
    assert needing("transformers") == WITH_WEIGHTS | WITH_TOKENIZERS
    assert needing("torch") <= WITH_WEIGHTS | WITH_TOKENIZERS | WITH_STATES


def test_only_figures_have_matplotlib_and_none_has_scipy():
    figures = {stage for stage in STAGES if stage.startswith("draw_")}
    assert needing("matplotlib") == figures
    assert needing("seaborn") <= figures
    assert not needing("scipy") & (figures | {stage for stage in STAGES if stage.startswith("make_table_")})


@pytest.mark.parametrize("stage", sorted(WITH_TOKENIZERS | WITH_STATES))
def test_a_job_without_weights_imports_no_modelling_code(stage):
    modelling = "{'transformers.modeling_utils', 'torch._dynamo', 'scipy'}"
    code = f"import sys, crosspatch.stages.{stage}; print({modelling} & sys.modules.keys())"
    assert output_of([sys.executable, "-c", code]) == "set()\n"
