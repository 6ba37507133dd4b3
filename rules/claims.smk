# The papers' numbers beside ours; no model, no torch.
#
# reads   results/{study}/estimates/effects.parquet, data/published/
# writes  results/{study}/claims/


rule compare_with_published:
    """Put every published number beside the estimate that regenerates it, with a verdict."""
    input:
        effects="results/{study}/estimates/effects.parquet",
        published="data/published/cross_patching.csv",
    output:
        comparison="results/{study}/claims/comparison.parquet",
        csv="results/{study}/claims/comparison.csv",
        provenance="results/{study}/provenance/compare_with_published.json",
    log:
        "results/{study}/logs/compare_with_published.log",
    conda:
        "../envs/tables.yaml"
    params:
        bands=lookup("studies/{study}/claims/bands", within=config, default=None),
        code=code_digest("compare_with_published"),
        libraries=library_versions("compare_with_published"),
    script:
        "../src/crosspatch/stages/compare_with_published.py"
