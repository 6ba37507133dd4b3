# Descendants of one base: groups of prompts, and those tuned on instructions against the others.
#
# reads   results/{study}/factorial/{pair}/cells.parquet, results/{study}/divergence/{pair}.parquet
# writes  results/{study}/controls/{pair}/slices.parquet, results/{study}/estimates/controls/contrast.parquet


rule split_by_prompts:
    """Split the events into named groups of prompts (control slices)."""
    input:
        cells=rules.assemble_factorial.output.cells,
        events=rules.find_divergences.output.events,
    output:
        arms="results/{study}/controls/{pair}/slices.parquet",
    log:
        "results/{study}/logs/split_by_prompts/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        groups=setting("studies/{study}/controls/slices/groups"),
        code=code_digest("split_by_prompts"),
        libraries=library_versions("split_by_prompts"),
    script:
        "../src/crosspatch/experiments/descendants/split_by_prompts.py"


rule contrast_descendants:
    """Compare descendants tuned on instructions with the others (control contrast)."""
    input:
        arms=inputs.of_pairs(
            "results/{study}/controls/{pair}/slices.parquet", extra=True
        ),
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=True),
    output:
        estimates="results/{study}/estimates/controls/contrast.parquet",
    log:
        "results/{study}/logs/contrast_descendants.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=True),
        instructed=inputs.pairs(extra=False),
        settings=setting("studies/{study}/controls/contrast"),
        statistics=setting("studies/{study}/statistics"),
        code=code_digest("contrast_descendants"),
        libraries=library_versions("contrast_descendants"),
    script:
        "../src/crosspatch/experiments/descendants/contrast_descendants.py"
