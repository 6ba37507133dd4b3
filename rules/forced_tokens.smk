# Does the answer depend on which of the two tokens comes first? Forced tokens, and what is written after them (control forced_tokens).
#
# reads   results/{study}/divergence/{pair}.parquet, results/{study}/expectations/{prompt_set}.parquet
# writes  results/{study}/forced_tokens/{pair}/, results/{study}/controls/{pair}/forced_tokens_values.parquet


rule choose_forced:
    """Take the two tokens of every event, and two others that are matched with its base token."""
    input:
        tuned=inputs.manifest("tuned"),
        events=rules.find_divergences.output.events,
        expectations=answers.expectations,
    output:
        forced="results/{study}/forced_tokens/{pair}/forced.parquet",
    log:
        "results/{study}/logs/choose_forced/{pair}.log",
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        tokens=setting("studies/{study}/controls/forced_tokens/tokens"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("choose_forced"),
        libraries=library_versions("choose_forced"),
    script:
        "../src/crosspatch/experiments/forced_tokens/choose_forced.py"


rule continue_forced:
    """Let the tuned checkpoint go on from every forced token; all branches of all events share batches."""
    input:
        tuned=inputs.manifest("tuned"),
        forced=rules.choose_forced.output.forced,
    output:
        texts="results/{study}/forced_tokens/{pair}/texts.parquet",
    log:
        "results/{study}/logs/continue_forced/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/continue_forced/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.grafted_minutes,
    params:
        tokens=setting("studies/{study}/controls/forced_tokens/tokens"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("continue_forced"),
        libraries=library_versions("continue_forced"),
    script:
        "../src/crosspatch/experiments/forced_tokens/continue_forced.py"


rule score_forced:
    """Grade what was written after every forced token, and say what each token is worth (control forced_tokens)."""
    input:
        forced=rules.choose_forced.output.forced,
        texts=rules.continue_forced.output.texts,
        expectations=answers.expectations,
    output:
        grades="results/{study}/forced_tokens/{pair}/grades.parquet",
        values="results/{study}/controls/{pair}/forced_tokens_values.parquet",
    log:
        "results/{study}/logs/score_forced/{pair}.log",
    conda:
        "../envs/instructions.yaml"
    params:
        pair="{pair}",
        code=code_digest("score_forced"),
        libraries=library_versions("score_forced"),
    script:
        "../src/crosspatch/experiments/forced_tokens/score_forced.py"
