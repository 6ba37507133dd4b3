# A bridge to behaviour: does a larger interaction go with what checkpoints finally answer (control behaviour)?
#
# reads   results/{study}/rollouts/{checkpoint}/raw/, results/{study}/expectations/, results/{study}/factorial/{pair}/cells.parquet
# writes  results/{study}/grades/{checkpoint}/raw/{prompt_set}.parquet, results/{study}/grades/answers.parquet,
#         results/{study}/estimates/controls/behaviour.parquet


rule grade_rollouts:
    """Grade what a checkpoint wrote by itself after every prompt."""
    input:
        checkpoint="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        rollouts="results/{study}/rollouts/{checkpoint}/raw/{prompt_set}.parquet",
        expectations="results/{study}/expectations/{prompt_set}.parquet",
    output:
        grades="results/{study}/grades/{checkpoint}/raw/{prompt_set}.parquet",
    log:
        "results/{study}/logs/grade_rollouts/{checkpoint}_{prompt_set}.log",
    conda:
        "../envs/instructions.yaml"
    params:
        code=code_digest("grade_rollouts"),
        libraries=library_versions("grade_rollouts"),
    script:
        "../src/crosspatch/experiments/behaviour/grade_rollouts.py"


rule relate_behaviour:
    """Set the interaction of every prompt beside what both checkpoints finally answer (control behaviour)."""
    input:
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=True
        ),
        base=answers.grades_of("base"),
        tuned=answers.grades_of("tuned"),
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=True),
    output:
        estimates="results/{study}/estimates/controls/behaviour.parquet",
        answers="results/{study}/grades/answers.parquet",
    log:
        "results/{study}/logs/relate_behaviour.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=True),
        balanced=inputs.pairs(extra=False),
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("relate_behaviour"),
        libraries=library_versions("relate_behaviour"),
    script:
        "../src/crosspatch/experiments/behaviour/relate_behaviour.py"
