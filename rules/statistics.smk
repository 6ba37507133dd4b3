# From cells to estimates; no model, no torch.
#
# reads   results/{study}/factorial/{pair}/cells.parquet
# writes  results/{study}/estimates/


rule estimate_effects:
    """Estimate every effect of one pair with its intervals."""
    input:
        cells=rules.assemble_factorial.output.cells,
    output:
        effects="results/{study}/estimates/pairs/{pair}.parquet",
    log:
        "results/{study}/logs/estimate_effects/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        seed=lookup("studies/{study}/seed", within=config),
        settings=lookup("studies/{study}/statistics", within=config),
        code=code_digest("estimate_effects"),
        libraries=library_versions("estimate_effects"),
    script:
        "../src/crosspatch/stages/estimate_effects.py"


rule estimate_balanced:
    """Estimate the unweighted mean over the study's pairs."""
    input:
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=False
        ),
    output:
        effects="results/{study}/estimates/balanced.parquet",
    log:
        "results/{study}/logs/estimate_balanced.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=False),
        seed=lookup("studies/{study}/seed", within=config),
        settings=lookup("studies/{study}/statistics", within=config),
        code=code_digest("estimate_balanced"),
        libraries=library_versions("estimate_balanced"),
    script:
        "../src/crosspatch/stages/estimate_balanced.py"


rule collect_effects:
    """Gather the estimates of all pairs and of their balance in one tidy table."""
    input:
        parts=lambda wildcards: [
            *inputs.of_pairs(
                "results/{study}/estimates/pairs/{pair}.parquet", extra=True
            )(wildcards),
            f"results/{wildcards.study}/estimates/balanced.parquet",
        ],
    output:
        effects="results/{study}/estimates/effects.parquet",
    log:
        "results/{study}/logs/collect_effects.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("collect_effects"),
        libraries=library_versions("collect_effects"),
    script:
        "../src/crosspatch/stages/collect_effects.py"


rule test_effects:
    """Test every effect against zero, over prompts of each pair and over pairs."""
    input:
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=False
        ),
    output:
        tests="results/{study}/estimates/tests.parquet",
    log:
        "results/{study}/logs/test_effects.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=False),
        positions=lookup("studies/{study}/statistics/positions", within=config),
        code=code_digest("test_effects"),
        libraries=library_versions("test_effects"),
    script:
        "../src/crosspatch/stages/test_effects.py"


rule average_cells:
    """Average the margins of every cell of every pair."""
    input:
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=True
        ),
    output:
        means="results/{study}/estimates/cell_means.parquet",
    log:
        "results/{study}/logs/average_cells.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("average_cells"),
        libraries=library_versions("average_cells"),
    script:
        "../src/crosspatch/stages/average_cells.py"


rule export_effects:
    """Write estimates and tests as CSV for readers without Parquet."""
    input:
        effects="results/{study}/estimates/effects.parquet",
        tests="results/{study}/estimates/tests.parquet",
    output:
        effects_csv="results/{study}/tables/effects.csv",
        tests_csv="results/{study}/tables/tests.csv",
        provenance="results/{study}/provenance/export_effects.json",
    log:
        "results/{study}/logs/export_effects.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("export_effects"),
        libraries=library_versions("export_effects"),
    script:
        "../src/crosspatch/stages/export_effects.py"
