# What hosts of grafts write by themselves, greedily (controls free_grafts, free_swaps and free_raw_swaps).
#
# reads   results/{study}/checkpoints/, results/{study}/prompts/{prompt_set}.parquet, results/{study}/expectations/,
#         results/{study}/pairs/{pair}/verified.json
# writes  results/{study}/free_running/{pair}/{reader}.parquet, results/{study}/controls/{pair}/{control}_values.parquet

from crosspatch.records.histories import FREE_HOSTS


rule roll_out_grafts:
    """Continue every prompt greedily with one host while other MLPs stand in its windows."""
    input:
        verified=rules.verify_pair.output.verified,
        host=histories.free_running.manifest("host"),
        other=histories.free_running.manifest("other"),
        prompts=inputs.prompts,
        donors=histories.free_running.donors,
    output:
        rollouts="results/{study}/free_running/{pair}/{reader}.parquet",
    log:
        "results/{study}/logs/roll_out_grafts/{pair}_{reader}.log",
    benchmark:
        "results/{study}/benchmarks/roll_out_grafts/{pair}_{reader}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory_of_both,
        runtime=requests.free_minutes,
    params:
        mode=histories.mode("reader"),
        named=setting("pairs/{pair}/windows"),
        tokens=setting("studies/{study}/controls/free_grafts/tokens"),
        united=setting("studies/{study}/controls/free_grafts/united"),
        seeds=setting("studies/{study}/controls/free_grafts/seeds"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("roll_out_grafts"),
        libraries=library_versions("roll_out_grafts"),
    script:
        "../src/crosspatch/experiments/free_running/roll_out_grafts.py"


rule measure_free_running:
    """Compare what a host writes under every graft with what it writes as it is, prompt by prompt."""
    input:
        host=histories.free_running.rollouts("host"),
        other=histories.free_running.rollouts("other"),
        prompts=inputs.prompts,
        expectations=answers.expectations,
    output:
        values="results/{study}/controls/{pair}/{control}_values.parquet",
    log:
        "results/{study}/logs/measure_free_running/{pair}_{control}.log",
    wildcard_constraints:
        control="|".join(FREE_HOSTS),
    conda:
        "../envs/instructions.yaml"
    params:
        pair="{pair}",
        code=code_digest("measure_free_running"),
        libraries=library_versions("measure_free_running"),
    script:
        "../src/crosspatch/experiments/free_running/measure_free_running.py"
