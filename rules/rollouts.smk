# How each checkpoint continues each prompt; the only stage that decodes.
#
# reads   results/{study}/checkpoints/{checkpoint}/checkpoint.json, results/{study}/prompts/{prompt_set}.parquet,
#         results/{study}/pairs/{pair}/checked.json
# writes  results/{study}/rollouts/{checkpoint}/{mode}/{prompt_set}.parquet


rule roll_out:
    """Continue every prompt greedily with one checkpoint, from its raw text or in the chat template."""
    input:
        checkpoint="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        prompts="results/{study}/prompts/{prompt_set}.parquet",
        checked=inputs.check,
    output:
        rollouts="results/{study}/rollouts/{checkpoint}/{mode}/{prompt_set}.parquet",
    log:
        "results/{study}/logs/roll_out/{checkpoint}_{mode}_{prompt_set}.log",
    benchmark:
        "results/{study}/benchmarks/roll_out/{checkpoint}_{mode}_{prompt_set}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        mode="{mode}",
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        max_new_tokens=setting("studies/{study}/engine/max_new_tokens"),
        code=code_digest("roll_out"),
        libraries=library_versions("roll_out"),
    script:
        "../src/crosspatch/experiments/rollouts/roll_out.py"
