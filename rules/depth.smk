# Where the stack is cut: the interaction and the distance of the two states at every boundary.
#
# reads   results/{study}/factorial/{pair}/, results/{study}/divergence/{pair}.parquet, checkpoints
# writes  results/{study}/controls/{pair}/


rule sweep_boundaries:
    """Measure the crossed cells, and how far the two states are apart, at every boundary (controls depth, distances)."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        cells=rules.assemble_factorial.output.cells,
        events=rules.find_divergences.output.events,
    output:
        arms="results/{study}/controls/{pair}/depth.parquet",
        depths="results/{study}/controls/{pair}/depth_values.parquet",
        distances="results/{study}/controls/{pair}/distances_values.parquet",
    log:
        "results/{study}/logs/sweep_boundaries/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/sweep_boundaries/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        boundary=setting("pairs/{pair}/boundary"),
        sweep=setting("studies/{study}/controls/depth"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("sweep_boundaries"),
        libraries=library_versions("sweep_boundaries"),
    script:
        "../src/crosspatch/experiments/depth/sweep_boundaries.py"
