# What the instrument says of pairs between which there was no instruction tuning: the noise floor of all others.
#
# reads   results/{study}/estimates/pairs/{pair}.parquet
# writes  results/{study}/estimates/noise_floor.parquet


rule collect_noise_floor:
    """Gather the estimates of the study's null pairs."""
    input:
        parts=inputs.of_null_pairs("results/{study}/estimates/pairs/{pair}.parquet"),
    output:
        noise_floor="results/{study}/estimates/noise_floor.parquet",
    log:
        "results/{study}/logs/collect_noise_floor.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("collect_noise_floor"),
        libraries=library_versions("collect_noise_floor"),
    script:
        "../src/crosspatch/experiments/null_pairs/collect_noise_floor.py"
