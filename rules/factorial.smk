# The four cells of every event: two upstream passes and four late passes, one half of one checkpoint resident at a time.
#
# reads   results/{study}/divergence/{pair}.parquet, results/{study}/pairs/{pair}/verified.json
# writes  results/{study}/factorial/{pair}/


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
        boundary=lookup("pairs/{pair}/boundary", within=config),
        placement=lookup("studies/{study}/engine/placement", within=config),
        batches=lookup("studies/{study}/engine/batches", within=config),
        code=code_digest("capture_boundary"),
        libraries=library_versions("capture_boundary"),
    script:
        "../src/crosspatch/stages/capture_boundary.py"


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
        boundary=lookup("pairs/{pair}/boundary", within=config),
        placement=lookup("studies/{study}/engine/placement", within=config),
        batches=lookup("studies/{study}/engine/batches", within=config),
        code=code_digest("measure_cells"),
        libraries=library_versions("measure_cells"),
    script:
        "../src/crosspatch/stages/measure_cells.py"


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
        "../src/crosspatch/stages/assemble_factorial.py"
