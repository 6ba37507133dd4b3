# The four cells of every event, two upstream passes and four late passes with one half of one checkpoint resident at a
# time; and from cells to estimates, without a model.
#
# reads   results/{study}/divergence/{pair}.parquet, results/{study}/pairs/{pair}/verified.json
# writes  results/{study}/factorial/{pair}/, results/{study}/estimates/


rule capture_boundary:
    """Run one side's upstream half over all events."""
    input:
        checkpoint=lambda wildcards: inputs.manifest(wildcards.side)(wildcards),
        events=rules.find_divergences.output.events,
    output:
        states="results/{study}/factorial/{pair}/boundary_{side}.safetensors",
        provenance="results/{study}/provenance/capture_boundary/{pair}_{side}.json",
    log:
        "results/{study}/logs/capture_boundary/{pair}_{side}.log",
    benchmark:
        "results/{study}/benchmarks/capture_boundary/{pair}_{side}.tsv"
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
        code=code_digest("capture_boundary"),
        libraries=library_versions("capture_boundary"),
    script:
        "../src/crosspatch/experiments/factorial/capture_boundary.py"


rule measure_cells:
    """Run one side's late half on both sides' boundary states: two of the four cells."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_states="results/{study}/factorial/{pair}/boundary_base.safetensors",
        tuned_states="results/{study}/factorial/{pair}/boundary_tuned.safetensors",
        events=rules.find_divergences.output.events,
    output:
        cells="results/{study}/factorial/{pair}/late_{side}.parquet",
    log:
        "results/{study}/logs/measure_cells/{pair}_{side}.log",
    benchmark:
        "results/{study}/benchmarks/measure_cells/{pair}_{side}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        late="{side}",
        boundary=setting("pairs/{pair}/boundary"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("measure_cells"),
        libraries=library_versions("measure_cells"),
    script:
        "../src/crosspatch/experiments/factorial/measure_cells.py"


rule assemble_factorial:
    """Join the late stacks' cells of a verified pair with its events."""
    input:
        verified=rules.verify_pair.output.verified,
        events=rules.find_divergences.output.events,
        base_late="results/{study}/factorial/{pair}/late_base.parquet",
        tuned_late="results/{study}/factorial/{pair}/late_tuned.parquet",
    output:
        cells="results/{study}/factorial/{pair}/cells.parquet",
    log:
        "results/{study}/logs/assemble_factorial/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        pair="{pair}",
        code=code_digest("assemble_factorial"),
        libraries=library_versions("assemble_factorial"),
    script:
        "../src/crosspatch/experiments/factorial/assemble_factorial.py"


rule estimate_effects:
    """Estimate every effect of one pair with its intervals."""
    input:
        cells=rules.assemble_factorial.output.cells,
    output:
        effects="results/{study}/estimates/pairs/{pair}.parquet",
    log:
        "results/{study}/logs/estimate_effects/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("estimate_effects"),
        libraries=library_versions("estimate_effects"),
    script:
        "../src/crosspatch/experiments/factorial/estimate_effects.py"


rule estimate_balanced:
    """Estimate the unweighted mean over the study's pairs."""
    input:
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=False
        ),
    output:
        effects="results/{study}/estimates/balanced.parquet",
    log:
        "results/{study}/logs/estimate_balanced.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=False),
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("estimate_balanced"),
        libraries=library_versions("estimate_balanced"),
    script:
        "../src/crosspatch/experiments/factorial/estimate_balanced.py"


rule collect_effects:
    """Gather the estimates of all pairs and of their balance in one tidy table."""
    input:
        parts=lambda wildcards: [
            *inputs.of_pairs(
                "results/{study}/estimates/pairs/{pair}.parquet", extra=True
            )(wildcards),
            f"results/{wildcards.study}/estimates/balanced.parquet",
        ],
    output:
        effects="results/{study}/estimates/effects.parquet",
    log:
        "results/{study}/logs/collect_effects.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("collect_effects"),
        libraries=library_versions("collect_effects"),
    script:
        "../src/crosspatch/experiments/factorial/collect_effects.py"


rule compare_with_zero:
    """Test every effect against zero, over prompts of each pair and over pairs."""
    input:
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=False
        ),
    output:
        tests="results/{study}/estimates/tests.parquet",
    log:
        "results/{study}/logs/test_effects.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=False),
        positions=setting("studies/{study}/statistics/positions"),
        code=code_digest("compare_with_zero"),
        libraries=library_versions("compare_with_zero"),
    script:
        "../src/crosspatch/experiments/factorial/compare_with_zero.py"


rule average_cells:
    """Average the margins of every cell of every pair."""
    input:
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=True
        ),
    output:
        means="results/{study}/estimates/cell_means.parquet",
    log:
        "results/{study}/logs/average_cells.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("average_cells"),
        libraries=library_versions("average_cells"),
    script:
        "../src/crosspatch/experiments/factorial/average_cells.py"
