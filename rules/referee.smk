# Referees' questions that need no model: which events, which tokens and which scale does the finding hang on?
#
# reads   results/{study}/factorial/{pair}/cells.parquet, results/{study}/divergence/{pair}.parquet
# writes  results/{study}/controls/{pair}/


rule drop_near_ties:
    """Set aside events that are not picked again, or whose picks led by little (control consistency)."""
    input:
        cells=rules.assemble_factorial.output.cells,
        events=rules.find_divergences.output.events,
    output:
        arms="results/{study}/controls/{pair}/consistency.parquet",
    log:
        "results/{study}/logs/drop_near_ties/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        gaps=inputs.control("consistency/gaps"),
        code=code_digest("drop_near_ties"),
        libraries=library_versions("drop_near_ties"),
    script:
        "../src/crosspatch/stages/drop_near_ties.py"
