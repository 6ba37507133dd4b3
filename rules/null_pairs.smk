# What the instrument says of pairs between which there was no instruction tuning: the noise floor of all others.
#
# reads   results/{study}/estimates/pairs/{pair}.parquet, results/{study}/controls/{pair}/
# writes  results/{study}/estimates/noise_floor.parquet and {control}_floor.parquet

from crosspatch.workflow.finished import FLOORS


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


rule estimate_floor:
    """Estimate of each null pair what a control says of the others."""
    input:
        values=inputs.floor_values,
        events=inputs.of_null_pairs("results/{study}/divergence/{pair}.parquet"),
    output:
        floor="results/{study}/estimates/{control}_floor.parquet",
    log:
        "results/{study}/logs/estimate_floor/{control}.log",
    wildcard_constraints:
        control="|".join(FLOORS),
    conda:
        "../envs/tables.yaml"
    params:
        control="{control}",
        pairs=inputs.null_pairs,
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("estimate_floor"),
        libraries=library_versions("estimate_floor"),
    script:
        "../src/crosspatch/experiments/null_pairs/estimate_floor.py"
