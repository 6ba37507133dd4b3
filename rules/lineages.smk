# Every stage of a line of training crossed with every other, at the events and for the two tokens of a pair of them.
#
# reads   results/{study}/divergence/{pair}.parquet, results/{study}/factorial/{pair}/, checkpoints
# writes  results/{study}/lineages/{lineage}/{pair}/, results/{study}/estimates/lineages.parquet


wildcard_constraints:
    lineage=lineages.names(),


rule check_stages:
    """Refuse stages that cannot be crossed, and say which events all of them can read."""
    input:
        stages=lineages.of_stages(
            "results/{study}/checkpoints/{checkpoint}/checkpoint.json"
        ),
        prompts=inputs.prompts,
        events=rules.find_divergences.output.events,
    output:
        readable="results/{study}/lineages/{lineage}/{pair}/events.parquet",
    log:
        "results/{study}/logs/check_stages/{lineage}_{pair}.log",
    conda:
        "../envs/models.yaml"
    params:
        dtype=setting("studies/{study}/engine/placement/dtype"),
        code=code_digest("check_stages"),
        libraries=library_versions("check_stages"),
    script:
        "../src/crosspatch/experiments/lineages/check_stages.py"


rule capture_stage:
    """Run one stage's upstream half over all events of a support."""
    input:
        checkpoint="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        events=rules.find_divergences.output.events,
        readable=rules.check_stages.output.readable,
    output:
        states="results/{study}/lineages/{lineage}/{pair}/boundary_{checkpoint}.safetensors",
        provenance="results/{study}/provenance/capture_stage/{lineage}_{pair}_{checkpoint}.json",
    log:
        "results/{study}/logs/capture_stage/{lineage}_{pair}_{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/capture_stage/{lineage}_{pair}_{checkpoint}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        boundary=setting("pairs/{pair}/boundary"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("capture_stage"),
        libraries=library_versions("capture_stage"),
    script:
        "../src/crosspatch/experiments/lineages/capture_stage.py"


rule measure_stage:
    """Run one stage's late half on the boundary states of all stages."""
    input:
        stages=lineages.of_stages(
            "results/{study}/checkpoints/{checkpoint}/checkpoint.json"
        ),
        states=lineages.of_stages(
            "results/{study}/lineages/{lineage}/{pair}/boundary_{checkpoint}.safetensors"
        ),
        events=rules.find_divergences.output.events,
        readable=rules.check_stages.output.readable,
    output:
        cells="results/{study}/lineages/{lineage}/{pair}/late_{checkpoint}.parquet",
    log:
        "results/{study}/logs/measure_stage/{lineage}_{pair}_{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/measure_stage/{lineage}_{pair}_{checkpoint}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        late="{checkpoint}",
        boundary=setting("pairs/{pair}/boundary"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("measure_stage"),
        libraries=library_versions("measure_stage"),
    script:
        "../src/crosspatch/experiments/lineages/measure_stage.py"


rule assemble_lineage:
    """Join the late halves' cells of a lineage whose stages are verified, and compare the pair's own four."""
    input:
        verified=lineages.verified,
        own=rules.assemble_factorial.output.cells,
        readable=rules.check_stages.output.readable,
        late=lineages.of_stages(
            "results/{study}/lineages/{lineage}/{pair}/late_{checkpoint}.parquet"
        ),
    output:
        cells="results/{study}/lineages/{lineage}/{pair}/cells.parquet",
    log:
        "results/{study}/logs/assemble_lineage/{lineage}_{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        stages=lineages.stages,
        sides=lineages.sides,
        code=code_digest("assemble_lineage"),
        libraries=library_versions("assemble_lineage"),
    script:
        "../src/crosspatch/experiments/lineages/assemble_lineage.py"


rule estimate_lineage:
    """Estimate the interaction and its share at every stage of a lineage, on one support."""
    input:
        cells=rules.assemble_lineage.output.cells,
        prompts=lineages.own_prompts,
    output:
        estimates="results/{study}/lineages/{lineage}/{pair}/estimates.parquet",
    log:
        "results/{study}/logs/estimate_lineage/{lineage}_{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        lineage="{lineage}",
        row=setting("lineages/{lineage}"),
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("estimate_lineage"),
        libraries=library_versions("estimate_lineage"),
    script:
        "../src/crosspatch/experiments/lineages/estimate_lineage.py"


rule collect_lineages:
    """Gather the estimates of the study's lineages, with the words that are printed."""
    input:
        parts=lineages.estimates,
    output:
        lineages="results/{study}/estimates/lineages.parquet",
    log:
        "results/{study}/logs/collect_lineages.log",
    conda:
        "../envs/tables.yaml"
    params:
        rows=lineages.rows,
        labels=lineages.labels,
        code=code_digest("collect_lineages"),
        libraries=library_versions("collect_lineages"),
    script:
        "../src/crosspatch/experiments/lineages/collect_lineages.py"
