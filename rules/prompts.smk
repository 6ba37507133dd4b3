# The raw texts that both checkpoints of every pair continue, and what is expected of an answer.
#
# reads   data/prompts/, public data sets, or a manifest
# writes  results/{study}/prompts/{prompt_set}.parquet, results/{study}/expectations/{prompt_set}.parquet


rule write_prompts:
    """Take the held-out prompts of the miniature world as a prompt set."""
    input:
        exam=inputs.exam_of_prompts,
    output:
        prompts="results/{study}/prompts/{prompt_set}.parquet",
    log:
        "results/{study}/logs/write_prompts/{prompt_set}.log",
    wildcard_constraints:
        prompt_set=inputs.names("prompt_sets", "world"),
    conda:
        "../envs/models.yaml"
    params:
        code=code_digest("write_prompts"),
        libraries=library_versions("write_prompts"),
    script:
        "../src/crosspatch/experiments/prompts/write_prompts.py"


rule rebuild_prompts:
    """Rebuild a prompt set from public data sets at pinned revisions and our own texts."""
    input:
        written=expand(
            "data/prompts/{name}.csv",
            name=["conversation", "register", "easy", "safe_compliance", "unsafe"],
        ),
    output:
        prompts="results/{study}/prompts/{prompt_set}.parquet",
    log:
        "results/{study}/logs/rebuild_prompts/{prompt_set}.log",
    wildcard_constraints:
        prompt_set=inputs.names("prompt_sets", "rebuilt"),
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        datasets=setting("datasets", default={}),
        rows=setting("prompt_sets/{prompt_set}/rows"),
        code=code_digest("rebuild_prompts"),
        libraries=library_versions("rebuild_prompts"),
    script:
        "../src/crosspatch/experiments/prompts/rebuild_prompts.py"


rule fetch_prompts:
    """Fetch the papers' own prompt manifest and check its digest."""
    output:
        prompts="results/{study}/prompts/{prompt_set}.parquet",
        manifest="results/{study}/prompts/{prompt_set}.jsonl",
        provenance="results/{study}/provenance/fetch_prompts/{prompt_set}.json",
    log:
        "results/{study}/logs/fetch_prompts/{prompt_set}.log",
    wildcard_constraints:
        prompt_set=inputs.names("prompt_sets", "manifest"),
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        url=setting("prompt_sets/{prompt_set}/url", default=None),
        path=setting("prompt_sets/{prompt_set}/path", default=None),
        sha256=setting("prompt_sets/{prompt_set}/sha256"),
        code=code_digest("fetch_prompts"),
        libraries=library_versions("fetch_prompts"),
    script:
        "../src/crosspatch/experiments/prompts/fetch_prompts.py"


rule adopt_prompts:
    """Take a CSV of one's own as a prompt set."""
    input:
        table=setting("prompt_sets/{prompt_set}/path"),
    output:
        prompts="results/{study}/prompts/{prompt_set}.parquet",
    log:
        "results/{study}/logs/adopt_prompts/{prompt_set}.log",
    wildcard_constraints:
        prompt_set=inputs.names("prompt_sets", "table"),
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        code=code_digest("adopt_prompts"),
        libraries=library_versions("adopt_prompts"),
    script:
        "../src/crosspatch/experiments/prompts/adopt_prompts.py"


rule expect_world:
    """Say what the answers to the held-out prompts of the miniature world are expected to be."""
    input:
        definition="data/world/world.yaml",
        exam=inputs.exam_of_prompts,
    output:
        expectations="results/{study}/expectations/{prompt_set}.parquet",
    log:
        "results/{study}/logs/expect_world/{prompt_set}.log",
    wildcard_constraints:
        prompt_set=inputs.names("prompt_sets", "world"),
    conda:
        "../envs/models.yaml"
    params:
        world=answers.world_of_prompts,
        code=code_digest("expect_world"),
        libraries=library_versions("expect_world"),
    script:
        "../src/crosspatch/experiments/prompts/expect_world.py"


rule expect_rebuilt:
    """Say what the answers to a rebuilt prompt set are expected to be, from the rows it was drawn from."""
    input:
        written=rules.rebuild_prompts.input.written,
        prompts=rules.rebuild_prompts.output.prompts,
    output:
        expectations="results/{study}/expectations/{prompt_set}.parquet",
    log:
        "results/{study}/logs/expect_rebuilt/{prompt_set}.log",
    wildcard_constraints:
        prompt_set=inputs.names("prompt_sets", "rebuilt"),
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        datasets=setting("datasets", default={}),
        code=code_digest("expect_rebuilt"),
        libraries=library_versions("expect_rebuilt"),
    script:
        "../src/crosspatch/experiments/prompts/expect_rebuilt.py"


rule expect_manifest:
    """Say what the papers' own prompt manifest expects of answers."""
    input:
        manifest=rules.fetch_prompts.output.manifest,
    output:
        expectations="results/{study}/expectations/{prompt_set}.parquet",
    log:
        "results/{study}/logs/expect_manifest/{prompt_set}.log",
    wildcard_constraints:
        prompt_set=inputs.names("prompt_sets", "manifest"),
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        code=code_digest("expect_manifest"),
        libraries=library_versions("expect_manifest"),
    script:
        "../src/crosspatch/experiments/prompts/expect_manifest.py"


rule expect_table:
    """Say what the answers to the prompts of a CSV of one's own are expected to be."""
    input:
        table=setting("prompt_sets/{prompt_set}/path"),
    output:
        expectations="results/{study}/expectations/{prompt_set}.parquet",
    log:
        "results/{study}/logs/expect_table/{prompt_set}.log",
    wildcard_constraints:
        prompt_set=inputs.names("prompt_sets", "table"),
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        code=code_digest("expect_table"),
        libraries=library_versions("expect_table"),
    script:
        "../src/crosspatch/experiments/prompts/expect_table.py"
