# From a hub or a folder to checkpoints that can be measured: what a pair must be, before anything expensive is run, and the
# proof that halves are the checkpoint.
#
# reads   results/{study}/checkpoints/{checkpoint}/checkpoint.json, results/{study}/prompts/{prompt_set}.parquet
# writes  results/{study}/checkpoints/{checkpoint}/checkpoint.json, results/{study}/checkpoints.parquet
#         results/{study}/pairs/{pair}/checked.json, shape.json, verified.json, noop.parquet


rule fetch_checkpoint:
    """Fetch one hub checkpoint at its pinned revision into the Hugging Face cache."""
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        provenance="results/{study}/provenance/fetch_checkpoint/{checkpoint}.json",
    log:
        "results/{study}/logs/fetch_checkpoint/{checkpoint}.log",
    wildcard_constraints:
        checkpoint=inputs.names("checkpoints", "hub"),
    localrule: True
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        name="{checkpoint}",
        repo=setting("checkpoints/{checkpoint}/repo"),
        revision=setting("checkpoints/{checkpoint}/revision"),
        stop_tokens=setting("checkpoints/{checkpoint}/stop_tokens", default=[]),
        code=code_digest("fetch_checkpoint"),
        libraries=library_versions("fetch_checkpoint"),
    script:
        "../src/crosspatch/experiments/checkpoints/fetch_checkpoint.py"


rule adopt_checkpoint:
    """Take a local folder in the Hugging Face layout as a checkpoint."""
    output:
        manifest="results/{study}/checkpoints/{checkpoint}/checkpoint.json",
        provenance="results/{study}/provenance/adopt_checkpoint/{checkpoint}.json",
    log:
        "results/{study}/logs/adopt_checkpoint/{checkpoint}.log",
    wildcard_constraints:
        checkpoint=inputs.names("checkpoints", "folder"),
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        name="{checkpoint}",
        folder=setting("checkpoints/{checkpoint}/folder"),
        stop_tokens=setting("checkpoints/{checkpoint}/stop_tokens", default=[]),
        code=code_digest("adopt_checkpoint"),
        libraries=library_versions("adopt_checkpoint"),
    script:
        "../src/crosspatch/experiments/checkpoints/adopt_checkpoint.py"


rule check_pair:
    """Refuse a pair that cannot be compared; its checkpoints are not rolled out before."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        prompts=inputs.prompts,
        learned=training.exam,
        passed=training.passed,
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
        dtype=setting("studies/{study}/engine/placement/dtype"),
        chats=inputs.chats,
        least=setting("studies/{study}/learned", default={}),
        code=code_digest("check_pair"),
        libraries=library_versions("check_pair"),
    script:
        "../src/crosspatch/experiments/checkpoints/check_pair.py"


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
        boundary=setting("pairs/{pair}/boundary"),
        code=code_digest("check_boundary"),
        libraries=library_versions("check_boundary"),
    script:
        "../src/crosspatch/experiments/checkpoints/check_boundary.py"


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
        boundary=setting("pairs/{pair}/boundary"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        verification=setting("studies/{study}/verification"),
        code=code_digest("verify_pair"),
        libraries=library_versions("verify_pair"),
    script:
        "../src/crosspatch/experiments/checkpoints/verify_pair.py"


rule list_checkpoints:
    """List the checkpoints and the shape of every pair."""
    input:
        shapes=inputs.of_pairs("results/{study}/pairs/{pair}/shape.json", extra=True),
        base=inputs.manifests("base"),
        tuned=inputs.manifests("tuned"),
    output:
        checkpoints="results/{study}/checkpoints.parquet",
    log:
        "results/{study}/logs/list_checkpoints.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("list_checkpoints"),
        libraries=library_versions("list_checkpoints"),
    script:
        "../src/crosspatch/experiments/checkpoints/list_checkpoints.py"
