# Controls that could kill the claim: estimates of what each measured, and what all of them say together.
#
# reads   results/{study}/controls/{pair}/, results/{study}/factorial/{pair}/cells.parquet
# writes  results/{study}/estimates/controls/, results/{study}/estimates/verdicts.parquet


rule estimate_control:
    """Estimate the effects of every arm of a control, and its other quantities, with paired intervals."""
    input:
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=True),
        reference=inputs.reference_of_control,
        cells=inputs.of_control("cells"),
        values=inputs.of_control("values"),
    output:
        estimates="results/{study}/estimates/controls/{control}.parquet",
    log:
        "results/{study}/logs/estimate_control/{control}.log",
    wildcard_constraints:
        control=inputs.estimated_controls(),
    conda:
        "../envs/tables.yaml"
    params:
        control="{control}",
        arms=inputs.arms_of_control,
        limits=inputs.limits_of_control,
        pairs=inputs.pairs(extra=True),
        balanced=inputs.pairs(extra=False),
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("estimate_control"),
        libraries=library_versions("estimate_control"),
    script:
        "../src/crosspatch/experiments/verdicts/estimate_control.py"


rule judge_controls:
    """Put every control's number between what an artefact would give and what the claim predicts."""
    input:
        effects=rules.collect_effects.output.effects,
        controls=inputs.estimates_of_controls,
    output:
        verdicts="results/{study}/estimates/verdicts.parquet",
    log:
        "results/{study}/logs/judge_controls.log",
    conda:
        "../envs/tables.yaml"
    params:
        questions=inputs.questions,
        pairs=inputs.pairs(extra=False),
        code=code_digest("judge_controls"),
        libraries=library_versions("judge_controls"),
    script:
        "../src/crosspatch/experiments/verdicts/judge_controls.py"
