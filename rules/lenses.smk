# The tuned lens of every checkpoint: an affine map for each block, by which its state foretells the last prediction.
#
# reads   checkpoints, results/{study}/world/{recipe}/documents.parquet or a public data set,
#         results/{study}/rollouts/{checkpoint}/{mode}/{prompt_set}.parquet
# writes  results/{study}/texts/{texts}/, results/{study}/lenses/{checkpoint}/, results/{study}/lenses.parquet,
#         results/{study}/lens_seeds.parquet


rule fetch_texts:
    """Take texts that lenses are trained on from a public data set at its pinned revision."""
    output:
        documents="results/{study}/texts/{texts}/documents.parquet",
    log:
        "results/{study}/logs/fetch_texts/{texts}.log",
    wildcard_constraints:
        study=training.trained_here(),
        texts="|".join(config.get("texts", {})) or "(?!)",
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        name="{texts}",
        texts=setting("texts/{texts}"),
        code=code_digest("fetch_texts"),
        libraries=library_versions("fetch_texts"),
    script:
        "../src/crosspatch/experiments/lenses/fetch_texts.py"


rule train_lens:
    """Train the lens of one checkpoint, all blocks at once, and judge it on held-out text."""
    input:
        checkpoint="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        texts=lenses.texts,
    output:
        lens="results/{study}/lenses/{checkpoint}/lens.safetensors",
        losses="results/{study}/lenses/{checkpoint}/losses.parquet",
        quality="results/{study}/lenses/{checkpoint}/quality.parquet",
        provenance="results/{study}/provenance/train_lens/{checkpoint}.json",
    log:
        "results/{study}/logs/train_lens/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/train_lens/{checkpoint}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.lens_minutes,
    params:
        mode=lenses.mode,
        settings=lenses.recipe,
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("train_lens"),
        libraries=library_versions("train_lens"),
    script:
        "../src/crosspatch/experiments/lenses/train_lens.py"


rule examine_lens:
    """Judge the lens of one checkpoint on the checkpoint's own continuations."""
    input:
        checkpoint="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        lens=rules.train_lens.output.lens,
        quality=rules.train_lens.output.quality,
        rollouts=lenses.rollouts,
    output:
        continuations="results/{study}/lenses/{checkpoint}/continuations.parquet",
    log:
        "results/{study}/logs/examine_lens/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/examine_lens/{checkpoint}.tsv"
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
        code=code_digest("examine_lens"),
        libraries=library_versions("examine_lens"),
    script:
        "../src/crosspatch/experiments/lenses/examine_lens.py"


rule repeat_lens:
    """Train further lenses of one checkpoint on its texts in another order, and judge them."""
    input:
        checkpoint="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        texts=lenses.texts,
        rollouts=lenses.rollouts,
    output:
        repeats="results/{study}/lenses/{checkpoint}/repeats.parquet",
    log:
        "results/{study}/logs/repeat_lens/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/repeat_lens/{checkpoint}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.lens_minutes,
    params:
        mode=lenses.mode,
        settings=lenses.recipe,
        seeds=lenses.seeds,
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("repeat_lens"),
        libraries=library_versions("repeat_lens"),
    script:
        "../src/crosspatch/experiments/lenses/repeat_lens.py"


rule collect_lenses:
    """Gather the quality of the lenses of a study."""
    input:
        quality=lenses.of_checkpoints("quality.parquet"),
        continuations=lenses.of_checkpoints("continuations.parquet"),
    output:
        lenses="results/{study}/lenses.parquet",
    log:
        "results/{study}/logs/collect_lenses.log",
    conda:
        "../envs/tables.yaml"
    params:
        described=lenses.described,
        code=code_digest("collect_lenses"),
        libraries=library_versions("collect_lenses"),
    script:
        "../src/crosspatch/experiments/lenses/collect_lenses.py"


rule compare_lenses:
    """Compare the lenses that were trained of one checkpoint from several seeds."""
    input:
        lenses=rules.collect_lenses.output.lenses,
        repeats=lenses.repeats,
    output:
        spread="results/{study}/lens_seeds.parquet",
    log:
        "results/{study}/logs/compare_lenses.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("compare_lenses"),
        libraries=library_versions("compare_lenses"),
    script:
        "../src/crosspatch/experiments/lenses/compare_lenses.py"
