# Nulls of the interaction: labels that mean nothing, and other events' tokens at the same states.
#
# reads   results/{study}/factorial/{pair}/, results/{study}/divergence/{pair}.parquet
# writes  results/{study}/controls/{pair}/token_pool.parquet, results/{study}/estimates/controls/


rule swap_labels:
    """Flip the labels of the two tokens by fair coins: the null of the mean interaction (control label_swap)."""
    input:
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=True
        ),
    output:
        estimates="results/{study}/estimates/controls/label_swap.parquet",
        counts="results/{study}/estimates/controls/label_swap_null.parquet",
    log:
        "results/{study}/logs/swap_labels.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=True),
        balanced=inputs.pairs(extra=False),
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/controls/label_swap"),
        statistics=setting("studies/{study}/statistics"),
        code=code_digest("swap_labels"),
        libraries=library_versions("swap_labels"),
    script:
        "../src/crosspatch/experiments/nulls/swap_labels.py"


rule read_token_pool:
    """Read the logits of all event tokens of a pair in all four cells (control token_identity)."""
    input:
        verified=rules.verify_pair.output.verified,
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_states="results/{study}/factorial/{pair}/boundary_base.safetensors",
        tuned_states="results/{study}/factorial/{pair}/boundary_tuned.safetensors",
        events=rules.find_divergences.output.events,
    output:
        pool="results/{study}/controls/{pair}/token_pool.parquet",
    log:
        "results/{study}/logs/read_token_pool/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/read_token_pool/{pair}.tsv"
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
        code=code_digest("read_token_pool"),
        libraries=library_versions("read_token_pool"),
    script:
        "../src/crosspatch/experiments/nulls/read_token_pool.py"


rule permute_tokens:
    """Permute the token pairs over the prompts: what is left of the interaction (control token_identity)."""
    input:
        pools=inputs.of_pairs(
            "results/{study}/controls/{pair}/token_pool.parquet", extra=True
        ),
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=True),
    output:
        estimates="results/{study}/estimates/controls/token_identity.parquet",
    log:
        "results/{study}/logs/permute_tokens.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=True),
        balanced=inputs.pairs(extra=False),
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/controls/token_identity"),
        statistics=setting("studies/{study}/statistics"),
        code=code_digest("permute_tokens"),
        libraries=library_versions("permute_tokens"),
    script:
        "../src/crosspatch/experiments/nulls/permute_tokens.py"
