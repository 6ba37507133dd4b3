# Hybrid states: what else could have moved the late effect, put in the place of an upstream state.
#
# reads   results/{study}/factorial/{pair}/boundary_{side}.safetensors, results/{study}/factorial/{pair}/cells.parquet
# writes  results/{study}/controls/{pair}/


rule read_hybrids:
    """Let both late stacks read the hybrid states of all controls that put some in the place of an upstream's own."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_states="results/{study}/factorial/{pair}/boundary_base.safetensors",
        tuned_states="results/{study}/factorial/{pair}/boundary_tuned.safetensors",
        events=rules.find_divergences.output.events,
        cells=rules.assemble_factorial.output.cells,
    output:
        arms="results/{study}/controls/{pair}/hybrids.parquet",
    log:
        "results/{study}/logs/read_hybrids/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/read_hybrids/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        pair="{pair}",
        controls=inputs.measured_together("hybrids"),
        boundary=setting("pairs/{pair}/boundary"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("read_hybrids"),
        libraries=library_versions("read_hybrids"),
    script:
        "../src/crosspatch/experiments/hybrids/read_hybrids.py"


rule fit_doses:
    """Say how the late effect of each event follows the tuned share (control interpolation)."""
    input:
        arms=rules.read_hybrids.output.arms,
    output:
        values="results/{study}/controls/{pair}/interpolation_values.parquet",
    log:
        "results/{study}/logs/fit_doses/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        shares=setting("studies/{study}/controls/interpolation/shares"),
        code=code_digest("fit_doses"),
        libraries=library_versions("fit_doses"),
    script:
        "../src/crosspatch/experiments/hybrids/fit_doses.py"


rule size_displacements:
    """Say how far the random displacements of a control move the late effect of each event."""
    input:
        arms=rules.read_hybrids.output.arms,
        cells=rules.assemble_factorial.output.cells,
    output:
        values="results/{study}/controls/{pair}/{control}_values.parquet",
    log:
        "results/{study}/logs/size_displacements/{pair}_{control}.log",
    wildcard_constraints:
        control="|".join(inputs.together("hybrids")),
    conda:
        "../envs/tables.yaml"
    params:
        named=inputs.arms_of_control,
        code=code_digest("size_displacements"),
        libraries=library_versions("size_displacements"),
    script:
        "../src/crosspatch/experiments/hybrids/size_displacements.py"


ruleorder: fit_doses > size_displacements


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
        keep=setting("studies/{study}/controls/anomaly/keep"),
        code=code_digest("grade_anomaly"),
        libraries=library_versions("grade_anomaly"),
    script:
        "../src/crosspatch/experiments/hybrids/grade_anomaly.py"
