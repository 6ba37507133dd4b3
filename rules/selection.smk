# Is the finding a matter of where events are chosen? Other places, along either rollout.
#
# reads   results/{study}/rollouts/{checkpoint}/raw/{prompt_set}.parquet, results/{study}/divergence/{pair}.parquet
# writes  results/{study}/controls/{pair}/


rule read_paths:
    """Let both checkpoints of a pair read both rollouts of every prompt."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_rollouts=inputs.rollouts("base"),
        tuned_rollouts=inputs.rollouts("tuned"),
    output:
        readings="results/{study}/controls/{pair}/path_readings.parquet",
    log:
        "results/{study}/logs/read_paths/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/read_paths/{pair}.tsv"
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
        code=code_digest("read_paths"),
        libraries=library_versions("read_paths"),
    script:
        "../src/crosspatch/experiments/selection/read_paths.py"


rule select_local_disagreements:
    """Select random local disagreements and prefixes before the first divergence (control selection)."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_rollouts=inputs.rollouts("base"),
        tuned_rollouts=inputs.rollouts("tuned"),
        divergences=rules.find_divergences.output.events,
        readings=rules.read_paths.output.readings,
    output:
        events="results/{study}/controls/{pair}/selection_events.parquet",
        values="results/{study}/controls/{pair}/selection_values.parquet",
    log:
        "results/{study}/logs/select_local_disagreements/{pair}.log",
    conda:
        "../envs/models.yaml"
    params:
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/controls/selection"),
        code=code_digest("select_local_disagreements"),
        libraries=library_versions("select_local_disagreements"),
    script:
        "../src/crosspatch/experiments/selection/select_local_disagreements.py"


rule select_histories:
    """Select events along each checkpoint's own continuation (control native_history)."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_rollouts=inputs.rollouts("base"),
        tuned_rollouts=inputs.rollouts("tuned"),
        divergences=rules.find_divergences.output.events,
        readings=rules.read_paths.output.readings,
    output:
        events="results/{study}/controls/{pair}/native_history_events.parquet",
        values="results/{study}/controls/{pair}/native_history_values.parquet",
    log:
        "results/{study}/logs/select_histories/{pair}.log",
    conda:
        "../envs/models.yaml"
    params:
        settings=setting("studies/{study}/controls/native_history"),
        code=code_digest("select_histories"),
        libraries=library_versions("select_histories"),
    script:
        "../src/crosspatch/experiments/selection/select_histories.py"


rule measure_selected:
    """Measure the four cells at the events that a control selected."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        events="results/{study}/controls/{pair}/{control}_events.parquet",
    output:
        arms="results/{study}/controls/{pair}/{control}.parquet",
    log:
        "results/{study}/logs/measure_selected/{pair}_{control}.log",
    benchmark:
        "results/{study}/benchmarks/measure_selected/{pair}_{control}.tsv"
    wildcard_constraints:
        control="selection|native_history|later_kinds",
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
        code=code_digest("measure_selected"),
        libraries=library_versions("measure_selected"),
    script:
        "../src/crosspatch/experiments/selection/measure_selected.py"
