# Was the token chosen before the late blocks? What the boundary state says of the event's tokens.
#
# reads   results/{study}/factorial/{pair}/, results/{study}/divergence/{pair}.parquet, checkpoints
# writes  results/{study}/controls/{pair}/, results/{study}/estimates/controls/commitment_regression.parquet


rule read_boundary:
    """Read out the boundary states of both sides, before any late block (control commitment)."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_states="results/{study}/factorial/{pair}/boundary_base.safetensors",
        tuned_states="results/{study}/factorial/{pair}/boundary_tuned.safetensors",
        events=rules.find_divergences.output.events,
    output:
        margins="results/{study}/controls/{pair}/commitment_values.parquet",
    log:
        "results/{study}/logs/read_boundary/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/read_boundary/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("read_boundary"),
        libraries=library_versions("read_boundary"),
    script:
        "../src/crosspatch/experiments/commitment/read_boundary.py"


rule sort_by_commitment:
    """Sort events by what the boundary state says of their tokens (control commitment)."""
    input:
        cells=rules.assemble_factorial.output.cells,
        margins=rules.read_boundary.output.margins,
    output:
        arms="results/{study}/controls/{pair}/commitment.parquet",
    log:
        "results/{study}/logs/sort_by_commitment/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        bins=setting("studies/{study}/controls/commitment/bins"),
        code=code_digest("sort_by_commitment"),
        libraries=library_versions("sort_by_commitment"),
    script:
        "../src/crosspatch/experiments/commitment/sort_by_commitment.py"


rule regress_on_commitment:
    """Estimate the effects at equal margins of the boundary states (control commitment_regression)."""
    input:
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=True
        ),
        margins=inputs.of_pairs(
            "results/{study}/controls/{pair}/commitment_values.parquet", extra=True
        ),
    output:
        estimates="results/{study}/estimates/controls/commitment_regression.parquet",
    log:
        "results/{study}/logs/regress_on_commitment.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=True),
        balanced=inputs.pairs(extra=False),
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("regress_on_commitment"),
        libraries=library_versions("regress_on_commitment"),
    script:
        "../src/crosspatch/experiments/commitment/regress_on_commitment.py"
