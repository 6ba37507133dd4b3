# Hybrid states: what else could have moved the late effect, put in the place of an upstream state.
#
# reads   results/{study}/factorial/{pair}/boundary_{side}.safetensors, results/{study}/factorial/{pair}/cells.parquet
# writes  results/{study}/controls/{pair}/


rule interpolate_upstream:
    """Let both late stacks read mixtures of both sides' states (control interpolation)."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_states="results/{study}/factorial/{pair}/boundary_base.safetensors",
        tuned_states="results/{study}/factorial/{pair}/boundary_tuned.safetensors",
        events=rules.find_divergences.output.events,
        cells=rules.assemble_factorial.output.cells,
    output:
        arms="results/{study}/controls/{pair}/interpolation.parquet",
    log:
        "results/{study}/logs/interpolate_upstream/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/interpolate_upstream/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        shares=inputs.control("interpolation/shares"),
        boundary=lookup("pairs/{pair}/boundary", within=config),
        placement=lookup("studies/{study}/engine/placement", within=config),
        batches=lookup("studies/{study}/engine/batches", within=config),
        code=code_digest("interpolate_upstream"),
        libraries=library_versions("interpolate_upstream"),
    script:
        "../src/crosspatch/experiments/hybrids/interpolate_upstream.py"


rule fit_doses:
    """Say how the late effect of each event follows the tuned share (control interpolation)."""
    input:
        arms=rules.interpolate_upstream.output.arms,
    output:
        values="results/{study}/controls/{pair}/interpolation_values.parquet",
    log:
        "results/{study}/logs/fit_doses/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        shares=inputs.control("interpolation/shares"),
        code=code_digest("fit_doses"),
        libraries=library_versions("fit_doses"),
    script:
        "../src/crosspatch/experiments/hybrids/fit_doses.py"


rule permute_displacement:
    """Let both late stacks read base states moved at random, as far as the tuned ones are (control signed_permutation)."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_states="results/{study}/factorial/{pair}/boundary_base.safetensors",
        tuned_states="results/{study}/factorial/{pair}/boundary_tuned.safetensors",
        events=rules.find_divergences.output.events,
        cells=rules.assemble_factorial.output.cells,
    output:
        arms="results/{study}/controls/{pair}/signed_permutation.parquet",
    log:
        "results/{study}/logs/permute_displacement/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/permute_displacement/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        pair="{pair}",
        seeds=inputs.control("signed_permutation/seeds"),
        boundary=lookup("pairs/{pair}/boundary", within=config),
        placement=lookup("studies/{study}/engine/placement", within=config),
        batches=lookup("studies/{study}/engine/batches", within=config),
        code=code_digest("permute_displacement"),
        libraries=library_versions("permute_displacement"),
    script:
        "../src/crosspatch/experiments/hybrids/permute_displacement.py"


rule size_displacements:
    """Say how far random displacements move the late effect of each event (control signed_permutation)."""
    input:
        arms=rules.permute_displacement.output.arms,
        cells=rules.assemble_factorial.output.cells,
    output:
        values="results/{study}/controls/{pair}/signed_permutation_values.parquet",
    log:
        "results/{study}/logs/size_displacements/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        seeds=inputs.control("signed_permutation/seeds"),
        code=code_digest("size_displacements"),
        libraries=library_versions("size_displacements"),
    script:
        "../src/crosspatch/experiments/hybrids/size_displacements.py"


rule rescale_crossed:
    """Give every crossed state the size of the host's own (control rescaling)."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_states="results/{study}/factorial/{pair}/boundary_base.safetensors",
        tuned_states="results/{study}/factorial/{pair}/boundary_tuned.safetensors",
        events=rules.find_divergences.output.events,
        cells=rules.assemble_factorial.output.cells,
    output:
        arms="results/{study}/controls/{pair}/rescaling.parquet",
    log:
        "results/{study}/logs/rescale_crossed/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/rescale_crossed/{pair}.tsv"
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
        code=code_digest("rescale_crossed"),
        libraries=library_versions("rescale_crossed"),
    script:
        "../src/crosspatch/experiments/hybrids/rescale_crossed.py"


rule grade_anomaly:
    """Set aside events whose crossed states are strange to their hosts (control anomaly)."""
    input:
        base_states="results/{study}/factorial/{pair}/boundary_base.safetensors",
        tuned_states="results/{study}/factorial/{pair}/boundary_tuned.safetensors",
        cells=rules.assemble_factorial.output.cells,
    output:
        arms="results/{study}/controls/{pair}/anomaly.parquet",
        values="results/{study}/controls/{pair}/anomaly_values.parquet",
    log:
        "results/{study}/logs/grade_anomaly/{pair}.log",
    conda:
        "../envs/models.yaml"
    params:
        keep=inputs.control("anomaly/keep"),
        code=code_digest("grade_anomaly"),
        libraries=library_versions("grade_anomaly"),
    script:
        "../src/crosspatch/experiments/hybrids/grade_anomaly.py"
