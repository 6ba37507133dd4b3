# Who wrote what, and every reader's reading of it: one forward pass per reader and history, both lenses at every block.
# Then two readers side by side, and readings to other ends.
#
# reads   results/{study}/rollouts/{checkpoint}/{mode}/{prompt_set}.parquet, checkpoints,
#         results/{study}/lenses/{checkpoint}/lens.safetensors
# writes  results/{study}/histories/{pair}/{teacher}.parquet,
#         results/{study}/readings/{pair}/{reader}/{teacher}.parquet and {teacher}_writes.parquet,
#         results/{study}/readings/{pair}/same_block/{teacher}.parquet,
#         results/{study}/readings/{pair}/varied/{reader}/{teacher}.parquet

from crosspatch.records.histories import READERS, SHARED_TEACHERS, TEACHERS


wildcard_constraints:
    teacher="|".join(TEACHERS),
    reader="|".join(READERS),


rule write_histories:
    """Put every prompt, in both modes, before what a teacher wrote."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        prompts=inputs.prompts,
        rollouts=histories.rollouts,
    output:
        histories="results/{study}/histories/{pair}/{teacher}.parquet",
    log:
        "results/{study}/logs/write_histories/{pair}_{teacher}.log",
    conda:
        "../envs/models.yaml"
    params:
        mode=histories.mode("teacher"),
        code=code_digest("write_histories"),
        libraries=library_versions("write_histories"),
    script:
        "../src/crosspatch/experiments/histories/write_histories.py"


rule read_histories:
    """Let one reader read the histories of every teacher, at all blocks and under both lenses."""
    input:
        checkpoint=histories.manifest,
        lens=histories.lens,
        histories=expand(
            "results/{{study}}/histories/{{pair}}/{teacher}.parquet", teacher=TEACHERS
        ),
    output:
        readings=expand(
            "results/{{study}}/readings/{{pair}}/{{reader}}/{teacher}.parquet",
            teacher=TEACHERS,
        ),
        writes=expand(
            "results/{{study}}/readings/{{pair}}/{{reader}}/{teacher}_writes.parquet",
            teacher=TEACHERS,
        ),
    log:
        "results/{study}/logs/read_histories/{pair}_{reader}.log",
    benchmark:
        "results/{study}/benchmarks/read_histories/{pair}_{reader}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        mode=histories.mode("reader"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("read_histories"),
        libraries=library_versions("read_histories"),
    script:
        "../src/crosspatch/experiments/histories/read_histories.py"


rule compare_readers:
    """Put the predictions of two readers after the same block side by side."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_lens=histories.lens_of("base"),
        tuned_lens=histories.lens_of("tuned"),
        histories=expand(
            "results/{{study}}/histories/{{pair}}/{teacher}.parquet",
            teacher=SHARED_TEACHERS,
        ),
    output:
        same_block=expand(
            "results/{{study}}/readings/{{pair}}/same_block/{teacher}.parquet",
            teacher=SHARED_TEACHERS,
        ),
    log:
        "results/{study}/logs/compare_readers/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/compare_readers/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory_of_both,
        runtime=requests.minutes,
    params:
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("compare_readers"),
        libraries=library_versions("compare_readers"),
    script:
        "../src/crosspatch/experiments/histories/compare_readers.py"


rule vary_readings:
    """Read histories again, to other ends and through the other checkpoint's lens."""
    input:
        checkpoint=histories.manifest,
        lens=histories.other_lens,
        histories=expand(
            "results/{{study}}/histories/{{pair}}/{teacher}.parquet",
            teacher=SHARED_TEACHERS,
        ),
        others=histories.other_readings,
    output:
        varied=expand(
            "results/{{study}}/readings/{{pair}}/varied/{{reader}}/{teacher}.parquet",
            teacher=SHARED_TEACHERS,
        ),
    log:
        "results/{study}/logs/vary_readings/{pair}_{reader}.log",
    benchmark:
        "results/{study}/benchmarks/vary_readings/{pair}_{reader}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        mode=histories.mode("reader"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("vary_readings"),
        libraries=library_versions("vary_readings"),
    script:
        "../src/crosspatch/experiments/histories/vary_readings.py"
