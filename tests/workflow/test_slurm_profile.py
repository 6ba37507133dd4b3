"""What `snakemake --profile slurm` would submit, without SLURM: dry runs of a copy of the repository."""

import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from crosspatch.workflow.closure import all_modules, import_closure, is_script
from lifetimes import run

pytestmark = pytest.mark.workflow

FILES = ["Snakefile", "config.yaml", "requirements.lock", "tests/smoke.yaml"]
FOLDERS = ["rules", "slurm", "profiles", "schemas", "report", "envs", "data", "src"]
SITE = "account: mine\npartition: cpu\ngpu_partition: gpu\ngpu_model: a100\n"
WHERE_SNAKEMAKE_RUNS = {"fetch_checkpoint": 12, "rebuild_prompts": 1, "check_pair": 6, "check_boundary": 6}
BETWEEN_GPU_JOBS = {"find_divergences", "select_local_disagreements", "select_histories", "write_histories"}
WITH_READINGS = {"measure_gap", "match_endpoints", "measure_varied_gap", "measure_same_block", "measure_grafts"}
WITH_READINGS |= {"estimate_settled"}
"""Which ask for more memory than the jobs of a group."""
TRAINING = {"pretrain_miniature", "continue_miniature", "tune_miniature", "write_preferences", "tune_on_preferences"}
TRAINING |= {"tune_on_samples", "pretrain_adapter", "tune_adapter", "measure_gates"}
WITH_NETWORK = {
    "fetch_checkpoint",
    "fetch_corpus",
    "fetch_prompts",
    "fetch_published_records",
    "fetch_published_summary",
    "fetch_texts",
}
WITH_NETWORK |= {"rebuild_prompts", "expect_rebuilt"}
NETWORK = {"crosspatch.files.hub", "crosspatch.files.hub_datasets", "crosspatch.files.downloads"}


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Return a function from arguments of Snakemake to the planned jobs: rule, group, resources and wildcards."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in [*FILES, *FOLDERS]:
        (folder / name).parent.mkdir(exist_ok=True)
        (shutil.copy if name in FILES else shutil.copytree)(name, folder / name)

    def dry_run(*arguments, site=""):
        (folder / "slurm" / "site.yaml").write_text(site)
        command = [Path(sys.executable).with_name("snakemake"), "--dry-run", "--profile", "slurm", *arguments]
        done = run(command, cwd=folder, env={"PATH": "/usr/bin:/bin"})
        assert done.returncode == 0, done.stderr
        return list(_jobs(done.stdout + done.stderr))

    return dry_run


def _jobs(text):
    group = None
    for block in re.split(r"\n(?=\[|    \[)", text):
        if match := re.search(r"Group job (\w+) \(jobs", block):
            group = match[1]
        if match := re.search(r"^( *)rule (\w+):$", block, flags=re.MULTILINE):
            named = ", ".join(re.findall(r"(?:resources|wildcards): (.*)", block))
            named += "".join(f", threads={number}" for number in re.findall(r"^ *threads: (\d+)$", block, re.MULTILINE))
            yield {**dict(re.findall(r"(\w+)=([^,]+)", named)), "rule": match[2], "group": group if match[1] else None}


@pytest.fixture(scope="module")
def paper(plan):
    return plan(site=SITE)


def test_the_paper_study_runs_when_none_is_named(paper):
    assert {job["study"] for job in paper if "study" in job} == {"paper"}
    numbers = Counter(job["rule"] for job in paper)
    pairs = {"roll_out": 12, "capture_boundary": 12, "measure_cells": 12, "verify_pair": 6, "find_divergences": 6}
    assert pairs | WHERE_SNAKEMAKE_RUNS == {rule: numbers[rule] for rule in pairs | WHERE_SNAKEMAKE_RUNS}


@pytest.mark.parametrize(
    ("rule", "names", "request_"),
    [
        ("roll_out", {"checkpoint": "qwen25_32b_base"}, ("1", "86000", "227")),
        ("roll_out", {"checkpoint": "qwen3_4b_base"}, ("1", "14000", "54")),
        ("capture_boundary", {"pair": "llama31_8b", "side": "tuned"}, ("1", "24000", "78")),
        ("measure_cells", {"pair": "qwen25_32b", "side": "base"}, ("1", "86000", "227")),
        ("verify_pair", {"pair": "olmo2_7b"}, ("1", "22250", "74")),
        ("find_divergences", {"pair": "olmo2_7b"}, (None, "4000", "30")),
        ("draw_figure", {"shown": "interaction"}, (None, "4000", "30")),
    ],
)
def test_every_job_asks_for_what_its_checkpoint_needs(paper, rule, names, request_):
    (job,) = [job for job in paper if job["rule"] == rule and names.items() <= job.items()]
    assert (job.get("gpu"), job["mem_mb"], job["runtime"]) == request_


def test_halves_of_a_stage_ask_as_those_of_a_pair_do(plan):
    jobs = plan("--config", "study=olmo2_descendants", site=SITE)
    asked = {
        job["rule"]: [job.get(name) for name in ("gpu", "mem_mb", "runtime", "group", "gpu_model")] for job in jobs
    }
    assert asked["capture_stage"] == asked["capture_boundary"] == ["1", "22250", "74", None, "a100"]
    assert asked["measure_stage"] == asked["measure_cells"] == asked["capture_stage"]
    assert [asked[rule][0] for rule in ("check_stages", "assemble_lineage", "estimate_lineage")] == [None] * 3
    groups = {job["rule"]: job["group"] for job in jobs}
    assert groups["assemble_lineage"] == groups["estimate_lineage"] is not None
    assert Counter(job["rule"] for job in jobs)["measure_stage"] == 4


def test_the_site_file_reaches_every_job_and_gpu_jobs_get_their_partition_and_model(paper):
    assert {job["slurm_account"] for job in paper} == {"mine"}
    asked = {(job.get("gpu"), job["slurm_partition"], job.get("gpu_model")) for job in paper}
    assert asked == {("1", "gpu", "a100"), (None, "cpu", None)}


def test_sites_that_need_other_words_for_a_gpu_have_them(plan):
    site = 'gres: gpu:a100:1\nconstraint: cpu\ngpu_constraint: "gpu&hbm80g"\nqos: long-q\ngpu_cpus: 12\n'
    words = ("gpu", "gres", "constraint", "qos", "cpus_per_task")
    asked = {tuple(job.get(word) for word in words) for job in plan(site=site)}
    assert asked == {("0", "gpu:a100:1", "gpu&hbm80g", "long-q", "12"), (None, None, "cpu", "long-q", None)}


def test_a_job_with_a_gpu_has_four_cores_and_computes_on_one_thread(paper, plan):
    assert {(job.get("gpu"), job.get("cpus_per_task")) for job in paper} == {("1", "4"), (None, None)}
    small = plan("--configfile", "tests/smoke.yaml")
    assert {(job.get("gpu"), job.get("cpus_per_task")) for job in small} == {("0", "1"), (None, None)}
    assert {job.get("threads", "1") for job in [*paper, *small]} == {"1"}


def test_jobs_with_a_gpu_are_in_no_group_and_short_ones_are(paper):
    assert {job["group"] for job in paper if "gpu" in job} == {None}
    assert _alone(paper) == {"all", *BETWEEN_GPU_JOBS - {"write_histories"}, *WHERE_SNAKEMAKE_RUNS}


@pytest.mark.parametrize(
    "study",
    [
        "smoke",
        "smoke_consequences",
        "smoke_descendants",
        "smoke_gap",
        "smoke_grafts",
        "smoke_lineages",
        "llama31_descendants",
    ],
)
def test_alone_is_what_trains_or_runs_where_snakemake_does_or_between_two_that_do(plan, study):
    jobs = plan("--configfile", "tests/smoke.yaml", "--config", f"study={study}")
    alone = _alone(jobs) - {"all", *BETWEEN_GPU_JOBS, *WHERE_SNAKEMAKE_RUNS}
    assert alone <= {
        *TRAINING,
        *WITH_READINGS,
        "check_descendant",
        "take_miniature",
        "check_stages",
        "select_later_kinds",
        "measure_update",
    }


def _alone(jobs):
    return {job["rule"] for job in jobs if job["group"] is None and "gpu" not in job}


@pytest.mark.parametrize(
    ("arguments", "study"),
    [
        (["--config", "study=miniature"], "miniature"),
        (["--configfile", "tests/smoke.yaml"], "smoke"),
        (["--configfile", "tests/smoke.yaml", "--config", "study=olmo2_descendants"], "olmo2_descendants"),
    ],
)
def test_a_study_that_is_named_wins_over_the_profile(plan, arguments, study):
    jobs = plan(*arguments)
    assert {job["study"] for job in jobs if "study" in job} == {study}
    asked = {job.get("gpu", "0") for job in jobs}
    assert asked == ({"0", "1"} if study == "olmo2_descendants" else {"0"})


def test_fetch_is_all_that_needs_the_network_and_runs_where_snakemake_runs(plan):
    assert Counter(job["rule"] for job in plan("fetch")) == WHERE_SNAKEMAKE_RUNS | {"fetch": 1}
    text = "\n".join(path.read_text() for path in [Path("Snakefile"), *Path("rules").glob("*.smk")])
    rules = re.split(r"^rule (?=\w+:$)", text, flags=re.MULTILINE)[1:]
    local = {rule.partition(":")[0] for rule in rules if "\n    localrule: True\n" in rule}
    assert WITH_NETWORK | set(WHERE_SNAKEMAKE_RUNS) <= local
    adopted = {"adopt_checkpoint", "adopt_prompts", "expect_manifest", "expect_table", "take_miniature", "take_support"}
    checks = {"check_pair", "check_boundary", "check_descendant"}
    assert local - WITH_NETWORK == {"all", "audit", "audit_summaries", "everything", "fetch"} | checks | adopted


def test_adapters_are_trained_on_a_gpu_and_their_corpora_fetched_where_snakemake_runs(plan, tmp_path):
    blocks = re.findall(r"```yaml\n(.*?)```", Path("docs/adding.md").read_text(encoding="utf-8"), re.DOTALL)
    (example,) = [block for block in blocks if "corpora:" in block]
    (tmp_path / "adapters.yaml").write_text(example.replace("REVISION", "ab" * 20))
    overlaid = ("--configfile", str(tmp_path / "adapters.yaml"), "--config")
    jobs = plan(*overlaid, "study=llama31_adapters", site=SITE)
    numbers = Counter(job["rule"] for job in jobs)
    rules = ("fetch_checkpoint", "fetch_corpus", "pretrain_adapter", "measure_gates", "check_descendant", "roll_out")
    assert [numbers[rule] for rule in rules] == [1, 2, 2, 2, 2, 3]
    asked = {
        job["rule"]: [job.get(name) for name in ("gpu", "gpu_model", "mem_mb", "runtime", "group")] for job in jobs
    }
    assert asked["pretrain_adapter"] == ["1", "a100", "24000", "291", None]
    assert asked["measure_gates"] == ["1", "a100", "24000", "78", None]
    borrowing = Counter(job["rule"] for job in plan(*overlaid, "study=llama31_code", "--", "fetch"))
    assert borrowing == {"fetch": 1, "fetch_checkpoint": 2, "fetch_corpus": 1, "take_support": 1}


def test_fetch_has_nothing_to_do_for_a_study_that_trains_its_checkpoints(plan):
    assert [job["rule"] for job in plan("--configfile", "tests/smoke.yaml", "--", "fetch")] == ["fetch"]


def test_no_script_that_runs_on_a_compute_node_has_the_code_for_the_network():
    scripts = [module for module in all_modules() if is_script(module)]
    with_network = {script.rpartition(".")[2] for script in scripts if NETWORK & set(import_closure(script))}
    assert with_network == WITH_NETWORK


def test_retries_stand_in_the_profile_and_in_no_rule():
    assert yaml.safe_load(Path("slurm/config.yaml").read_text())["retries"] == 2
    rules = [path for path in [Path("Snakefile"), *Path("rules").glob("*.smk")] if "retries" in path.read_text()]
    assert not rules


def test_the_default_profile_which_wins_sets_nothing_that_this_one_needs():
    default, slurm = (yaml.safe_load(Path(f"{name}/config.yaml").read_text()) for name in ("profiles/default", "slurm"))
    both = default.keys() & slurm.keys()
    assert {name: default[name] for name in both} == {name: slurm[name] for name in both}
