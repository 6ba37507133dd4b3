# Controls that could kill the claim: estimates of what each measured, and what all of them say together.
#
# reads   results/{study}/controls/{pair}/, results/{study}/factorial/{pair}/cells.parquet
# writes  results/{study}/estimates/controls/


rule estimate_control:
    """Estimate the effects of every arm of a control, and its other quantities, with paired intervals."""
    input:
        reference=inputs.reference_of_control,
        cells=inputs.of_control("cells"),
        values=inputs.of_control("values"),
    output:
        estimates="results/{study}/estimates/controls/{control}.parquet",
    wildcard_constraints:
        control=inputs.estimated_controls(),
    log:
        "results/{study}/logs/estimate_control/{control}.log",
    conda:
        "../envs/tables.yaml"
    params:
        control="{control}",
        pairs=inputs.pairs(extra=True),
        balanced=inputs.pairs(extra=False),
        seed=lookup("studies/{study}/seed", within=config),
        settings=lookup("studies/{study}/statistics", within=config),
        code=code_digest("estimate_control"),
        libraries=library_versions("estimate_control"),
    script:
        "../src/crosspatch/stages/estimate_control.py"
