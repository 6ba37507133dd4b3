# What does averaging other kinds of events with the first divergences do? The paper's mixture, replicated.
#
# reads   results/{study}/rollouts/{checkpoint}/raw/{prompt_set}.parquet, results/{study}/divergence/{pair}.parquet,
#         results/{study}/factorial/{pair}/cells.parquet
# writes  results/{study}/controls/{pair}/later_kinds_events.parquet and mixture.parquet


rule select_later_kinds:
    """Select the two later kinds of events that the paper mixed with first divergences (control mixture)."""
    input:
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        base_rollouts=inputs.rollouts("base"),
        tuned_rollouts=inputs.rollouts("tuned"),
        divergences=rules.find_divergences.output.events,
    output:
        events="results/{study}/controls/{pair}/later_kinds_events.parquet",
    log:
        "results/{study}/logs/select_later_kinds/{pair}.log",
    conda:
        "../envs/models.yaml"
    params:
        code=code_digest("select_later_kinds"),
        libraries=library_versions("select_later_kinds"),
    script:
        "../src/crosspatch/experiments/mixture/select_later_kinds.py"


rule mix_kinds:
    """Mix the cells of the later kinds, which measure_selected measured, with the pair's own (control mixture)."""
    input:
        cells=rules.assemble_factorial.output.cells,
        later="results/{study}/controls/{pair}/later_kinds.parquet",
    output:
        arms="results/{study}/controls/{pair}/mixture.parquet",
    log:
        "results/{study}/logs/mix_kinds/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("mix_kinds"),
        libraries=library_versions("mix_kinds"),
    script:
        "../src/crosspatch/experiments/mixture/mix_kinds.py"
