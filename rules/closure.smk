# Closure: base states moved at the boundary by differences to the tuned ones, and what the tuned late stack makes of them.
#
# reads   results/{study}/divergence/{pair}.parquet, checkpoints
# writes  results/{study}/closure/{pair}.parquet, results/{study}/controls/{pair}/closure_values.parquet,
#         closure_ratios.parquet and closure_counts.parquet in results/{study}/estimates/controls/


rule move_states:
    """Let the tuned late stack read base states moved by differences to the tuned ones (control closure)."""
    input:
        verified=inputs.verified_with_other,
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        other=inputs.other_descendant,
        events=rules.find_divergences.output.events,
    output:
        margins="results/{study}/closure/{pair}.parquet",
    log:
        "results/{study}/logs/move_states/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/move_states/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory_of_both,
        runtime=requests.grafted_minutes,
    params:
        boundary=setting("pairs/{pair}/boundary"),
        closure=setting("studies/{study}/controls/closure"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("move_states"),
        libraries=library_versions("move_states"),
    script:
        "../src/crosspatch/experiments/closure/move_states.py"


rule measure_closure:
    """Say what each moved state gains of the missing margin, prompt by prompt (control closure)."""
    input:
        margins=rules.move_states.output.margins,
    output:
        values="results/{study}/controls/{pair}/closure_values.parquet",
    log:
        "results/{study}/logs/measure_closure/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        primary=setting("studies/{study}/controls/closure/primary"),
        code=code_digest("measure_closure"),
        libraries=library_versions("measure_closure"),
    script:
        "../src/crosspatch/experiments/closure/measure_closure.py"


rule count_directions:
    """Say how many directions suffice at every boundary, and how closures of single prompts lie (control closure)."""
    input:
        margins=inputs.of_pairs("results/{study}/closure/{pair}.parquet", extra=True),
    output:
        ratios="results/{study}/estimates/controls/closure_ratios.parquet",
        counts="results/{study}/estimates/controls/closure_counts.parquet",
    log:
        "results/{study}/logs/count_directions.log",
    conda:
        "../envs/tables.yaml"
    params:
        directions=setting("studies/{study}/controls/closure/directions"),
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("count_directions"),
        libraries=library_versions("count_directions"),
    script:
        "../src/crosspatch/experiments/closure/count_directions.py"
