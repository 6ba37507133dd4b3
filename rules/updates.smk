# What training between two checkpoints did to weights and taught, against the interaction (control update_size).
#
# reads   results/{study}/checkpoints/{checkpoint}/, results/{study}/estimates/pairs/{pair}.parquet
# writes  results/{study}/controls/{pair}/weight_changes.parquet, results/{study}/estimates/controls/update_size.parquet


rule measure_update:
    """Measure how far the training between a pair's checkpoints moved the weights (control update_size)."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
    output:
        changes="results/{study}/controls/{pair}/weight_changes.parquet",
    log:
        "results/{study}/logs/measure_update/{pair}.log",
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        pair="{pair}",
        code=code_digest("measure_update"),
        libraries=library_versions("measure_update"),
    script:
        "../src/crosspatch/experiments/updates/measure_update.py"


rule relate_updates:
    """Relate the interaction to what was learned and to the size of the update, over pairs (control update_size)."""
    input:
        changes=updates.of_pairs(
            "results/{study}/controls/{pair}/weight_changes.parquet"
        ),
        effects=updates.of_pairs("results/{study}/estimates/pairs/{pair}.parquet"),
        events=updates.of_pairs("results/{study}/divergence/{pair}.parquet"),
        learned=updates.learned,
    output:
        updates="results/{study}/estimates/controls/updates.parquet",
        estimates="results/{study}/estimates/controls/update_size.parquet",
    log:
        "results/{study}/logs/relate_updates.log",
    conda:
        "../envs/tables.yaml"
    params:
        described=updates.described,
        boundaries=updates.boundaries,
        taught=updates.taught,
        seed=setting("studies/{study}/seed"),
        statistics=setting("studies/{study}/statistics"),
        code=code_digest("relate_updates"),
        libraries=library_versions("relate_updates"),
    script:
        "../src/crosspatch/experiments/updates/relate_updates.py"
