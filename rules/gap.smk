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
    params:
        pair="{pair}",
        from_steps=inputs.control("gap/from_steps"),
        code=code_digest("measure_gap"),
        libraries=library_versions("measure_gap"),
    script:
        "../src/crosspatch/experiments/gap/measure_gap.py"
