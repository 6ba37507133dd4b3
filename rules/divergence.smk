# Where base and tuned part: two rollout tables in, one event table out, no model.
#
# reads   results/{study}/rollouts/{checkpoint}/raw/{prompt_set}.parquet
# writes  results/{study}/divergence/{pair}.parquet, examples.parquet, counts.parquet


rule find_divergences:
    """Find the first divergence of every prompt from two rollout tables."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        prompts=inputs.prompts,
        base_rollouts=inputs.rollouts("base"),
        tuned_rollouts=inputs.rollouts("tuned"),
    output:
        events="results/{study}/divergence/{pair}.parquet",
    log:
        "results/{study}/logs/find_divergences/{pair}.log",
    conda:
        "../envs/models.yaml"
    params:
        pair="{pair}",
        code=code_digest("find_divergences"),
        libraries=library_versions("find_divergences"),
    script:
        "../src/crosspatch/experiments/divergence/find_divergences.py"


rule choose_examples:
    """Choose example events for the schematic, by position only."""
    input:
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=False),
        manifests=inputs.manifests("tuned", extra=False),
        prompts=inputs.prompts,
    output:
        examples="results/{study}/divergence/examples.parquet",
    log:
        "results/{study}/logs/choose_examples.log",
    conda:
        "../envs/models.yaml"
    params:
        pairs=inputs.pairs(extra=False),
        code=code_digest("choose_examples"),
        libraries=library_versions("choose_examples"),
    script:
        "../src/crosspatch/experiments/divergence/choose_examples.py"


rule count_events:
    """Count what became of every prompt, pair by pair."""
    input:
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=True),
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=True
        ),
    output:
        counts="results/{study}/divergence/counts.parquet",
    log:
        "results/{study}/logs/count_events.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("count_events"),
        libraries=library_versions("count_events"),
    script:
        "../src/crosspatch/experiments/divergence/count_events.py"
