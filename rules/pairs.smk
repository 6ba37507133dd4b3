# What a pair must pass: checks without weights, before anything expensive, and the proof that halves are the checkpoint.
#
# reads   results/{study}/checkpoints/{checkpoint}/checkpoint.json, results/{study}/prompts/{prompt_set}.parquet
# writes  results/{study}/pairs/{pair}/checked.json, shape.json, verified.json, noop.parquet


rule check_pair:
    """Refuse a pair that cannot be compared; its checkpoints are not rolled out before."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        prompts=inputs.prompts,
        learned=inputs.exam,
    output:
        checked="results/{study}/pairs/{pair}/checked.json",
        provenance="results/{study}/provenance/check_pair/{pair}.json",
    log:
        "results/{study}/logs/check_pair/{pair}.log",
    priority: 100
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        pair="{pair}",
        dtype=lookup("studies/{study}/engine/placement/dtype", within=config),
        least=lookup("studies/{study}/learned", within=config, default={}),
        code=code_digest("check_pair"),
        libraries=library_versions("check_pair"),
    script:
        "../src/crosspatch/stages/check_pair.py"


rule check_boundary:
    """Refuse a boundary that is outside the pair's stack; no cell is assembled without it."""
    input:
        checked=rules.check_pair.output.checked,
    output:
        shape="results/{study}/pairs/{pair}/shape.json",
        provenance="results/{study}/provenance/check_boundary/{pair}.json",
    log:
        "results/{study}/logs/check_boundary/{pair}.log",
    priority: 100
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        boundary=lookup("pairs/{pair}/boundary", within=config),
        code=code_digest("check_boundary"),
        libraries=library_versions("check_boundary"),
    script:
        "../src/crosspatch/stages/check_boundary.py"


rule verify_pair:
    """Prove on the pair's own events that halves are the checkpoint."""
    input:
        shape=rules.check_boundary.output.shape,
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        events="results/{study}/divergence/{pair}.parquet",
    output:
        verified="results/{study}/pairs/{pair}/verified.json",
        noop="results/{study}/pairs/{pair}/noop.parquet",
        provenance="results/{study}/provenance/verify_pair/{pair}.json",
    log:
        "results/{study}/logs/verify_pair/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/verify_pair/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        boundary=lookup("pairs/{pair}/boundary", within=config),
        placement=lookup("studies/{study}/engine/placement", within=config),
        batches=lookup("studies/{study}/engine/batches", within=config),
        verification=lookup("studies/{study}/verification", within=config),
        code=code_digest("verify_pair"),
        libraries=library_versions("verify_pair"),
    script:
        "../src/crosspatch/stages/verify_pair.py"
