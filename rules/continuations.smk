# Does the interaction end with the first token? The four cells of what each checkpoint goes on to write (control continuations).
#
# reads   results/{study}/divergence/{pair}.parquet, results/{study}/rollouts/{checkpoint}/raw/,
#         results/{study}/factorial/{pair}/cells.parquet
# writes  results/{study}/continuations/{pair}/, results/{study}/controls/{pair}/continuations.parquet


rule write_continuations:
    """Take what both checkpoints wrote after each event, and let the base go on from the tuned token."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        events=rules.find_divergences.output.events,
        base_rollouts=inputs.rollouts("base"),
        tuned_rollouts=inputs.rollouts("tuned"),
    output:
        continuations="results/{study}/continuations/{pair}/continuations.parquet",
    log:
        "results/{study}/logs/write_continuations/{pair}.log",
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        horizons=setting("studies/{study}/controls/continuations/horizons"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("write_continuations"),
        libraries=library_versions("write_continuations"),
    script:
        "../src/crosspatch/experiments/continuations/write_continuations.py"


rule capture_continuations:
    """Run one side's upstream half over every continuation; one pass serves all horizons."""
    input:
        checkpoint=lambda wildcards: inputs.manifest(wildcards.side)(wildcards),
        continuations=rules.write_continuations.output.continuations,
    output:
        states=temp("results/{study}/continuations/{pair}/states_{side}.safetensors"),
    log:
        "results/{study}/logs/capture_continuations/{pair}_{side}.log",
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
        code=code_digest("capture_continuations"),
        libraries=library_versions("capture_continuations"),
    script:
        "../src/crosspatch/experiments/continuations/capture_continuations.py"


rule score_continuations:
    """Score every continuation with one side's late half on both sides' states."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_states="results/{study}/continuations/{pair}/states_base.safetensors",
        tuned_states="results/{study}/continuations/{pair}/states_tuned.safetensors",
        continuations=rules.write_continuations.output.continuations,
    output:
        scores="results/{study}/continuations/{pair}/scores_{side}.parquet",
    log:
        "results/{study}/logs/score_continuations/{pair}_{side}.log",
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
        code=code_digest("score_continuations"),
        libraries=library_versions("score_continuations"),
    script:
        "../src/crosspatch/experiments/continuations/score_continuations.py"


rule sum_continuations:
    """Sum the scores to cells over more and more tokens (control continuations)."""
    input:
        cells="results/{study}/factorial/{pair}/cells.parquet",
        base_scores="results/{study}/continuations/{pair}/scores_base.parquet",
        tuned_scores="results/{study}/continuations/{pair}/scores_tuned.parquet",
    output:
        arms="results/{study}/controls/{pair}/continuations.parquet",
    log:
        "results/{study}/logs/sum_continuations/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        horizons=setting("studies/{study}/controls/continuations/horizons"),
        code=code_digest("sum_continuations"),
        libraries=library_versions("sum_continuations"),
    script:
        "../src/crosspatch/experiments/continuations/sum_continuations.py"
