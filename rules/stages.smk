# Stages of training beside instruction tuning on everything, and the gates that their checkpoints have to pass.
#
# reads   data/world/world.yaml, results/{study}/world/{recipe}/, results/{study}/corpora/{corpus}/corpus.parquet,
#         results/{study}/checkpoints/{checkpoint}/
# writes  results/{study}/world/{recipe}/preferences.parquet, results/{study}/checkpoints/{checkpoint}/


rule write_preferences:
    """Write preference pairs of the miniature world: the assistant's answer is chosen, the web's rejected."""
    input:
        definition="data/world/world.yaml",
    output:
        preferences="results/{study}/world/{recipe}/preferences.parquet",
    log:
        "results/{study}/logs/write_preferences/{recipe}.log",
    conda:
        "../envs/models.yaml"
    params:
        world=setting("recipes/{recipe}/world"),
        code=code_digest("write_preferences"),
        libraries=library_versions("write_preferences"),
    script:
        "../src/crosspatch/experiments/stages/write_preferences.py"


rule tune_on_preferences:
    """Tune one miniature on preference pairs (direct preference optimisation)."""
    input:
        base=training.parent,
        preferences=training.recipe_file("preferences.parquet"),
        exam=training.recipe_file("exam.parquet"),
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        weights="results/{study}/checkpoints/{checkpoint}/model.safetensors",
        losses="results/{study}/checkpoints/{checkpoint}/losses.parquet",
        learned="results/{study}/checkpoints/{checkpoint}/learned.json",
        provenance="results/{study}/provenance/tune_on_preferences/{checkpoint}.json",
    log:
        "results/{study}/logs/tune_on_preferences/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/tune_on_preferences/{checkpoint}.tsv"
    wildcard_constraints:
        study=training.trained_here(),
        checkpoint=inputs.names("checkpoints", "preference_tuning"),
    conda:
        "../envs/training.yaml"
    params:
        name="{checkpoint}",
        checkpoint=setting("checkpoints/{checkpoint}"),
        settings=training.settings,
        dtype=training.recipe_leaf("dtype"),
        kernels=setting("studies/{study}/engine/placement/kernels", default="native"),
        code=code_digest("tune_on_preferences"),
        libraries=library_versions("tune_on_preferences"),
    script:
        "../src/crosspatch/experiments/stages/tune_on_preferences.py"


rule tune_on_samples:
    """Tune one miniature on its own right answers (rejection sampling)."""
    input:
        base=training.parent,
        preferences=training.recipe_file("preferences.parquet"),
        exam=training.recipe_file("exam.parquet"),
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        weights="results/{study}/checkpoints/{checkpoint}/model.safetensors",
        losses="results/{study}/checkpoints/{checkpoint}/losses.parquet",
        learned="results/{study}/checkpoints/{checkpoint}/learned.json",
        samples="results/{study}/checkpoints/{checkpoint}/samples.parquet",
        provenance="results/{study}/provenance/tune_on_samples/{checkpoint}.json",
    log:
        "results/{study}/logs/tune_on_samples/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/tune_on_samples/{checkpoint}.tsv"
    wildcard_constraints:
        study=training.trained_here(),
        checkpoint=inputs.names("checkpoints", "rejection_sampling"),
    conda:
        "../envs/models.yaml"
    params:
        name="{checkpoint}",
        checkpoint=setting("checkpoints/{checkpoint}"),
        settings=training.settings,
        dtype=training.recipe_leaf("dtype"),
        kernels=setting("studies/{study}/engine/placement/kernels", default="native"),
        code=code_digest("tune_on_samples"),
        libraries=library_versions("tune_on_samples"),
    script:
        "../src/crosspatch/experiments/stages/tune_on_samples.py"


rule pretrain_adapter:
    """Pretrain an adapter of one checkpoint on documents of some kinds or of a corpus, and merge it."""
    input:
        base=training.parent,
        documents=training.documents,
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        weights="results/{study}/checkpoints/{checkpoint}/model.safetensors",
        losses="results/{study}/checkpoints/{checkpoint}/losses.parquet",
        adapter="results/{study}/checkpoints/{checkpoint}/adapter/adapter_model.safetensors",
        adapter_config="results/{study}/checkpoints/{checkpoint}/adapter/adapter_config.json",
        provenance="results/{study}/provenance/pretrain_adapter/{checkpoint}.json",
    log:
        "results/{study}/logs/pretrain_adapter/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/pretrain_adapter/{checkpoint}.tsv"
    wildcard_constraints:
        study=training.trained_here(),
        checkpoint=inputs.names("checkpoints", "adapter_pretraining"),
    conda:
        "../envs/training.yaml"
    resources:
        gpu=requests.training_gpus,
        cpus_per_task=requests.training_cores,
        mem_mb=requests.memory,
        runtime=requests.training_minutes,
    params:
        name="{checkpoint}",
        checkpoint=setting("checkpoints/{checkpoint}"),
        settings=training.settings,
        dtype=training.dtype,
        placement=training.placement,
        code=code_digest("pretrain_adapter"),
        libraries=library_versions("pretrain_adapter"),
    script:
        "../src/crosspatch/experiments/stages/pretrain_adapter.py"


rule tune_adapter:
    """Tune an adapter of one miniature on instruction pairs, and merge it."""
    input:
        base=training.parent,
        instructions=training.recipe_file("instructions.parquet"),
        exam=training.recipe_file("exam.parquet"),
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        weights="results/{study}/checkpoints/{checkpoint}/model.safetensors",
        losses="results/{study}/checkpoints/{checkpoint}/losses.parquet",
        learned="results/{study}/checkpoints/{checkpoint}/learned.json",
        adapter="results/{study}/checkpoints/{checkpoint}/adapter/adapter_model.safetensors",
        adapter_config="results/{study}/checkpoints/{checkpoint}/adapter/adapter_config.json",
        provenance="results/{study}/provenance/tune_adapter/{checkpoint}.json",
    log:
        "results/{study}/logs/tune_adapter/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/tune_adapter/{checkpoint}.tsv"
    wildcard_constraints:
        study=training.trained_here(),
        checkpoint=inputs.names("checkpoints", "adapter_tuning"),
    conda:
        "../envs/training.yaml"
    params:
        name="{checkpoint}",
        checkpoint=setting("checkpoints/{checkpoint}"),
        settings=training.settings,
        dtype=training.recipe_leaf("dtype"),
        kernels=setting("studies/{study}/engine/placement/kernels", default="native"),
        code=code_digest("tune_adapter"),
        libraries=library_versions("tune_adapter"),
    script:
        "../src/crosspatch/experiments/stages/tune_adapter.py"


rule measure_gates:
    """Measure what one descendant has to show before its pair counts."""
    input:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        base=training.parent,
        texts=training.texts,
        adapter=training.adapter,
    output:
        gates="results/{study}/checkpoints/{checkpoint}/gates.parquet",
    log:
        "results/{study}/logs/measure_gates/{checkpoint}.log",
    wildcard_constraints:
        study=training.trained_here(),
        checkpoint=training.gated_names(),
    conda:
        "../envs/training.yaml"
    resources:
        gpu=requests.training_gpus,
        cpus_per_task=requests.training_cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        name="{checkpoint}",
        checkpoint=setting("checkpoints/{checkpoint}"),
        settings=training.settings,
        bars=training.bars,
        placement=training.placement,
        code=code_digest("measure_gates"),
        libraries=library_versions("measure_gates"),
    script:
        "../src/crosspatch/experiments/stages/measure_gates.py"


rule check_descendant:
    """Refuse a descendant that does not pass its gates; its pairs are not checked without it."""
    input:
        gates=rules.measure_gates.output.gates,
    output:
        passed="results/{study}/checkpoints/{checkpoint}/passed.json",
        provenance="results/{study}/provenance/check_descendant/{checkpoint}.json",
    log:
        "results/{study}/logs/check_descendant/{checkpoint}.log",
    priority: 100
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        code=code_digest("check_descendant"),
        libraries=library_versions("check_descendant"),
    script:
        "../src/crosspatch/experiments/stages/check_descendant.py"
