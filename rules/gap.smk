# The convergence gap: how far the predictions of blocks are from the final one, tuned less base (control gap).
#
# reads   results/{study}/readings/{pair}/
# writes  results/{study}/controls/{pair}/gap_values.parquet


rule measure_gap:
    """Compare readings of one history, and of own ones, prompt by prompt (control gap)."""
    input:
        readings=expand(
            "results/{{study}}/readings/{{pair}}/{reader}/{teacher}.parquet",
            reader=READERS,
            teacher=TEACHERS,
        ),
    output:
        values="results/{study}/controls/{pair}/gap_values.parquet",
    log:
        "results/{study}/logs/measure_gap/{pair}.log",
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=requests.readings,
    params:
        pair="{pair}",
        from_steps=inputs.control("gap/from_steps"),
        code=code_digest("measure_gap"),
        libraries=library_versions("measure_gap"),
    script:
        "../src/crosspatch/experiments/gap/measure_gap.py"


rule match_endpoints:
    """Compare readings at equal endpoints, over all pairs (control gap_matched)."""
    input:
        readings=histories.readings,
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=True),
    output:
        estimates="results/{study}/estimates/controls/gap_matched.parquet",
        quality="results/{study}/estimates/controls/match_quality.parquet",
    log:
        "results/{study}/logs/match_endpoints.log",
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=requests.readings,
    params:
        control="gap_matched",
        pairs=inputs.pairs(extra=True),
        balanced=inputs.pairs(extra=False),
        seed=lookup("studies/{study}/seed", within=config),
        level=lookup("studies/{study}/statistics/level", within=config),
        draws=inputs.control("gap_matched/draws"),
        bars=histories.bars,
        code=code_digest("match_endpoints"),
        libraries=library_versions("match_endpoints"),
    script:
        "../src/crosspatch/experiments/gap/match_endpoints.py"
