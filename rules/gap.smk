# The convergence gap: how far the predictions of blocks are from the final one, tuned less base, and its controls.
#
# reads   results/{study}/readings/{pair}/
# writes  results/{study}/controls/{pair}/, results/{study}/estimates/controls/

from crosspatch.records.histories import HOSTS


rule measure_gap:
    """Compare readings of one history, and of own ones, prompt by prompt (control gap)."""
    input:
        readings=expand(
            "results/{{study}}/readings/{{pair}}/{reader}/{teacher}.parquet",
            reader=READERS,
            teacher=TEACHERS,
        ),
        writes=expand(
            "results/{{study}}/readings/{{pair}}/{reader}/{teacher}_writes.parquet",
            reader=READERS,
            teacher=TEACHERS,
        ),
    output:
        values="results/{study}/controls/{pair}/gap_values.parquet",
        settled="results/{study}/controls/{pair}/settled_counts.parquet",
    log:
        "results/{study}/logs/measure_gap/{pair}.log",
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=requests.readings,
    params:
        pair="{pair}",
        from_steps=setting("studies/{study}/controls/gap/from_steps"),
        code=code_digest("measure_gap"),
        libraries=library_versions("measure_gap"),
    script:
        "../src/crosspatch/experiments/gap/measure_gap.py"


rule estimate_settled:
    """Estimate from which block on predictions stay, over steps and not over prompts (control gap)."""
    input:
        counts=inputs.of_pairs(
            "results/{study}/controls/{pair}/settled_counts.parquet", extra=True
        ),
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=True),
    output:
        estimates="results/{study}/estimates/controls/settled_steps.parquet",
    log:
        "results/{study}/logs/estimate_settled.log",
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=requests.readings,
    params:
        control="settled_steps",
        pairs=inputs.pairs(extra=True),
        balanced=inputs.pairs(extra=False),
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("estimate_settled"),
        libraries=library_versions("estimate_settled"),
    script:
        "../src/crosspatch/experiments/gap/estimate_settled.py"


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
        seed=setting("studies/{study}/seed"),
        level=setting("studies/{study}/statistics/level"),
        draws=setting("studies/{study}/controls/gap_matched/draws"),
        bars=histories.bars,
        code=code_digest("match_endpoints"),
        libraries=library_versions("match_endpoints"),
    script:
        "../src/crosspatch/experiments/gap/match_endpoints.py"


rule measure_varied_gap:
    """Compare readings to other ends and through the other's lens, prompt by prompt (control gap_varied)."""
    input:
        readings=expand(
            "results/{{study}}/readings/{{pair}}/{reader}/{teacher}.parquet",
            reader=HOSTS,
            teacher=SHARED_TEACHERS,
        ),
        varied=expand(
            "results/{{study}}/readings/{{pair}}/varied/{reader}/{teacher}.parquet",
            reader=HOSTS,
            teacher=SHARED_TEACHERS,
        ),
    output:
        values="results/{study}/controls/{pair}/gap_varied_values.parquet",
    log:
        "results/{study}/logs/measure_varied_gap/{pair}.log",
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=requests.readings,
    params:
        pair="{pair}",
        code=code_digest("measure_varied_gap"),
        libraries=library_versions("measure_varied_gap"),
    script:
        "../src/crosspatch/experiments/gap/measure_varied_gap.py"


rule measure_same_block:
    """Average how far two readers are apart after the same block, prompt by prompt (control same_block)."""
    input:
        same_block=rules.compare_readers.output.same_block,
    output:
        values="results/{study}/controls/{pair}/same_block_values.parquet",
    log:
        "results/{study}/logs/measure_same_block/{pair}.log",
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=requests.readings,
    params:
        pair="{pair}",
        code=code_digest("measure_same_block"),
        libraries=library_versions("measure_same_block"),
    script:
        "../src/crosspatch/experiments/gap/measure_same_block.py"


rule subtract_nulls:
    """Take the mean gap of null pairs from that of a pair, prompt by prompt (control gap_over_nulls)."""
    input:
        own=rules.measure_gap.output.values,
        nulls=inputs.of_null_pairs("results/{study}/controls/{pair}/gap_values.parquet"),
    output:
        values="results/{study}/controls/{pair}/gap_over_nulls_values.parquet",
    log:
        "results/{study}/logs/subtract_nulls/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("subtract_nulls"),
        libraries=library_versions("subtract_nulls"),
    script:
        "../src/crosspatch/experiments/gap/subtract_nulls.py"
