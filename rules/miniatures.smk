# From the miniature world to checkpoints that the workflow trained itself.
#
# reads   data/world/world.yaml
# writes  results/{study}/world/{recipe}/, results/{study}/checkpoints/{checkpoint}/, results/{study}/losses.parquet

from crosspatch.workflow.training import Training

training = Training(config)


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
        world=setting("recipes/{recipe}/world"),
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
        vocabulary=setting("recipes/{recipe}/vocabulary"),
        code=code_digest("train_tokenizer"),
        libraries=library_versions("train_tokenizer"),
    script:
        "../src/crosspatch/experiments/miniatures/train_tokenizer.py"


rule pretrain_miniature:
    """Pretrain one miniature base checkpoint."""
    input:
        documents=training.recipe_file("documents.parquet"),
        tokenizer=training.recipe_file("tokenizer/tokenizer.json"),
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
        study=training.trained_here(),
        checkpoint=inputs.names("checkpoints", "pretraining"),
    conda:
        "../envs/models.yaml"
    params:
        name="{checkpoint}",
        checkpoint=setting("checkpoints/{checkpoint}"),
        shape=training.recipe_leaf("shape"),
        settings=training.recipe_leaf("pretraining"),
        dtype=training.recipe_leaf("dtype"),
        kernels=setting("studies/{study}/engine/placement/kernels", default="native"),
        code=code_digest("pretrain_miniature"),
        libraries=library_versions("pretrain_miniature"),
    script:
        "../src/crosspatch/experiments/miniatures/pretrain_miniature.py"


rule continue_miniature:
    """Pretrain one miniature checkpoint further, on the same documents in another order."""
    input:
        base=training.parent,
        documents=training.recipe_file("documents.parquet"),
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        weights="results/{study}/checkpoints/{checkpoint}/model.safetensors",
        losses="results/{study}/checkpoints/{checkpoint}/losses.parquet",
        provenance="results/{study}/provenance/continue_miniature/{checkpoint}.json",
    log:
        "results/{study}/logs/continue_miniature/{checkpoint}.log",
    benchmark:
        "results/{study}/benchmarks/continue_miniature/{checkpoint}.tsv"
    wildcard_constraints:
        study=training.trained_here(),
        checkpoint=inputs.names("checkpoints", "continued_pretraining"),
    conda:
        "../envs/models.yaml"
    params:
        name="{checkpoint}",
        checkpoint=setting("checkpoints/{checkpoint}"),
        settings=training.settings,
        dtype=training.recipe_leaf("dtype"),
        kernels=setting("studies/{study}/engine/placement/kernels", default="native"),
        code=code_digest("continue_miniature"),
        libraries=library_versions("continue_miniature"),
    script:
        "../src/crosspatch/experiments/miniatures/continue_miniature.py"


rule tune_miniature:
    """Instruction-tune one miniature checkpoint from its base."""
    input:
        base=training.parent,
        instructions=training.recipe_file("instructions.parquet"),
        exam=training.recipe_file("exam.parquet"),
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
        study=training.trained_here(),
        checkpoint=inputs.names("checkpoints", "instruction_tuning"),
    conda:
        "../envs/models.yaml"
    params:
        name="{checkpoint}",
        checkpoint=setting("checkpoints/{checkpoint}"),
        settings=training.settings,
        dtype=training.recipe_leaf("dtype"),
        kernels=setting("studies/{study}/engine/placement/kernels", default="native"),
        code=code_digest("tune_miniature"),
        libraries=library_versions("tune_miniature"),
    script:
        "../src/crosspatch/experiments/miniatures/tune_miniature.py"


rule take_miniature:
    """Take a checkpoint that another study in this folder trains (checkpoints_from)."""
    input:
        lent=training.lent,
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        weights="results/{study}/checkpoints/{checkpoint}/model.safetensors",
        provenance="results/{study}/provenance/take_miniature/{checkpoint}.json",
    log:
        "results/{study}/logs/take_miniature/{checkpoint}.log",
    wildcard_constraints:
        study=training.trained_elsewhere(),
        checkpoint=training.trained_names(),
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        code=code_digest("take_miniature"),
        libraries=library_versions("take_miniature"),
    script:
        "../src/crosspatch/experiments/miniatures/take_miniature.py"


rule collect_losses:
    """Gather the loss curves of the checkpoints that the study trains."""
    input:
        parts=training.losses,
    output:
        losses="results/{study}/losses.parquet",
    log:
        "results/{study}/logs/collect_losses.log",
    conda:
        "../envs/tables.yaml"
    params:
        trained=training.trained,
        code=code_digest("collect_losses"),
        libraries=library_versions("collect_losses"),
    script:
        "../src/crosspatch/experiments/miniatures/collect_losses.py"
