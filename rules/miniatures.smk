# From the miniature world to checkpoints that the workflow trained itself.
#
# reads   data/world/world.yaml
# writes  results/{study}/world/{recipe}/, results/{study}/checkpoints/{checkpoint}/, results/{study}/losses.parquet


rule write_world:
    """Write the texts of the miniature world: web documents, instruction pairs, held-out prompts."""
    input:
        definition="data/world/world.yaml",
    output:
        documents="results/{study}/world/{recipe}/documents.parquet",
        instructions="results/{study}/world/{recipe}/instructions.parquet",
        exam="results/{study}/world/{recipe}/exam.parquet",
    log:
        "results/{study}/logs/write_world/{recipe}.log",
    conda:
        "../envs/models.yaml"
    params:
        world=lookup("recipes/{recipe}/world", within=config),
        code=code_digest("write_world"),
        libraries=library_versions("write_world"),
    script:
        "../src/crosspatch/experiments/miniatures/write_world.py"


rule train_tokenizer:
    """Train the tokenizer that all miniatures of a recipe share."""
    input:
        documents=rules.write_world.output.documents,
        instructions=rules.write_world.output.instructions,
    output:
        tokenizer="results/{study}/world/{recipe}/tokenizer/tokenizer.json",
        provenance="results/{study}/provenance/train_tokenizer/{recipe}.json",
    log:
        "results/{study}/logs/train_tokenizer/{recipe}.log",
    conda:
        "../envs/models.yaml"
    params:
        vocabulary=lookup("recipes/{recipe}/vocabulary", within=config),
        code=code_digest("train_tokenizer"),
        libraries=library_versions("train_tokenizer"),
    script:
        "../src/crosspatch/experiments/miniatures/train_tokenizer.py"


rule pretrain_miniature:
    """Pretrain one miniature base checkpoint."""
    input:
        documents=inputs.recipe_file("documents.parquet"),
        tokenizer=inputs.recipe_file("tokenizer/tokenizer.json"),
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        weights="results/{study}/checkpoints/{checkpoint}/model.safetensors",
        losses="results/{study}/checkpoints/{checkpoint}/losses.parquet",
        provenance="results/{study}/provenance/pretrain_miniature/{checkpoint}.json",
    log:
        "results/{study}/logs/pretrain_miniature/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/pretrain_miniature/{checkpoint}.tsv"
    wildcard_constraints:
        checkpoint=inputs.names("checkpoints", "pretraining"),
    conda:
        "../envs/models.yaml"
    params:
        name="{checkpoint}",
        checkpoint=lookup("checkpoints/{checkpoint}", within=config),
        shape=inputs.recipe_leaf("shape"),
        settings=inputs.recipe_leaf("pretraining"),
        dtype=inputs.recipe_leaf("dtype"),
        kernels=lookup(
            "studies/{study}/engine/placement/kernels", within=config, default="native"
        ),
        code=code_digest("pretrain_miniature"),
        libraries=library_versions("pretrain_miniature"),
    script:
        "../src/crosspatch/experiments/miniatures/pretrain_miniature.py"


rule tune_miniature:
    """Instruction-tune one miniature checkpoint from its base."""
    input:
        base=inputs.parent,
        instructions=inputs.recipe_file("instructions.parquet"),
        exam=inputs.recipe_file("exam.parquet"),
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        weights="results/{study}/checkpoints/{checkpoint}/model.safetensors",
        losses="results/{study}/checkpoints/{checkpoint}/losses.parquet",
        learned="results/{study}/checkpoints/{checkpoint}/learned.json",
        provenance="results/{study}/provenance/tune_miniature/{checkpoint}.json",
    log:
        "results/{study}/logs/tune_miniature/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/tune_miniature/{checkpoint}.tsv"
    wildcard_constraints:
        checkpoint=inputs.names("checkpoints", "instruction_tuning"),
    conda:
        "../envs/models.yaml"
    params:
        name="{checkpoint}",
        checkpoint=lookup("checkpoints/{checkpoint}", within=config),
        settings=inputs.recipe_leaf("tuning"),
        dtype=inputs.recipe_leaf("dtype"),
        kernels=lookup(
            "studies/{study}/engine/placement/kernels", within=config, default="native"
        ),
        code=code_digest("tune_miniature"),
        libraries=library_versions("tune_miniature"),
    script:
        "../src/crosspatch/experiments/miniatures/tune_miniature.py"


rule collect_losses:
    """Gather the loss curves of the checkpoints that the study trains."""
    input:
        parts=inputs.losses,
    output:
        losses="results/{study}/losses.parquet",
    log:
        "results/{study}/logs/collect_losses.log",
    conda:
        "../envs/tables.yaml"
    params:
        trained=inputs.trained,
        code=code_digest("collect_losses"),
        libraries=library_versions("collect_losses"),
    script:
        "../src/crosspatch/experiments/miniatures/collect_losses.py"
