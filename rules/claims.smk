# The papers' numbers beside ours, and their per-event records and summaries estimated again; no model, no torch.
#
# reads   results/{study}/estimates/, results/{study}/lineages/, data/published/, the files that config.yaml names
# writes  results/{study}/claims/, the table and figure audit, and the table audit_summaries


rule compare_with_published:
    """Put every published number beside the estimate that regenerates it, with a verdict."""
    input:
        effects="results/{study}/estimates/effects.parquet",
        controls=inputs.estimates_of_controls,
        lineages=lineages.estimates,
        published=inputs.published,
    output:
        comparison="results/{study}/claims/comparison.parquet",
        csv="results/{study}/claims/comparison.csv",
        provenance="results/{study}/provenance/compare_with_published.json",
    log:
        "results/{study}/logs/compare_with_published.log",
    conda:
        "../envs/tables.yaml"
    params:
        pairs=inputs.pairs(extra=False),
        published_pairs=setting("studies/{study}/claims/pairs", default=None),
        sections=setting("studies/{study}/claims/sections", default=None),
        only_controls=setting("studies/{study}/claims/controls", default=None),
        bands=setting("studies/{study}/claims/bands", default=None),
        near_zero=setting("studies/{study}/claims/near_zero", default=None),
        code=code_digest("compare_with_published"),
        libraries=library_versions("compare_with_published"),
    script:
        "../src/crosspatch/experiments/claims/compare_with_published.py"


rule fetch_published_records:
    """Fetch the authors' per-event records of one pair and check their digest."""
    output:
        records="results/{study}/claims/records.jsonl.gz",
        provenance="results/{study}/provenance/fetch_published_records.json",
    log:
        "results/{study}/logs/fetch_published_records.log",
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        url=setting("published_records/url", default=None),
        path=setting("published_records/path", default=None),
        sha256=setting("published_records/sha256", default=None),
        code=code_digest("fetch_published_records"),
        libraries=library_versions("fetch_published_records"),
    script:
        "../src/crosspatch/experiments/claims/fetch_published_records.py"


rule adopt_published_records:
    """Take the margins of the authors' records as cells."""
    input:
        records="results/{study}/claims/records.jsonl.gz",
        prompts=inputs.published_prompts("prompts"),
    output:
        cells="results/{study}/claims/published_cells.parquet",
        noop="results/{study}/claims/published_noop.parquet",
    log:
        "results/{study}/logs/adopt_published_records.log",
    conda:
        "../envs/tables.yaml"
    params:
        pair=setting("published_records/pair", default=None),
        boundary=inputs.published_boundary,
        code=code_digest("adopt_published_records"),
        libraries=library_versions("adopt_published_records"),
    script:
        "../src/crosspatch/experiments/claims/adopt_published_records.py"


rule audit_published_records:
    """Estimate effects from the authors' records over several selections of prompts."""
    input:
        cells="results/{study}/claims/published_cells.parquet",
        headline=inputs.published_prompts("headline"),
    output:
        audit="results/{study}/claims/audit.parquet",
        steps="results/{study}/claims/resolution.parquet",
    log:
        "results/{study}/logs/audit_published_records.log",
    conda:
        "../envs/tables.yaml"
    params:
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("audit_published_records"),
        libraries=library_versions("audit_published_records"),
    script:
        "../src/crosspatch/experiments/claims/audit_published_records.py"


rule audit:
    """Audit the authors' per-event records: one table and one figure; needs the network or local copies, no model."""
    input:
        f"paper_figures/{config['study']}/audit.pdf",
        f"results/{config['study']}/tables/audit.csv",
    localrule: True


rule fetch_published_summary:
    """Fetch one of the authors' summaries and check its digest."""
    output:
        summary="results/{study}/claims/summaries/{summary}",
        provenance="results/{study}/provenance/fetch_published_summary/{summary}.json",
    log:
        "results/{study}/logs/fetch_published_summary/{summary}.log",
    wildcard_constraints:
        summary="random_control|gap_by_block|window_effects",
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        url=setting("published_summaries/{summary}/url", default=None),
        path=setting("published_summaries/{summary}/path", default=None),
        sha256=setting("published_summaries/{summary}/sha256", default=None),
        code=code_digest("fetch_published_summary"),
        libraries=library_versions("fetch_published_summary"),
    script:
        "../src/crosspatch/experiments/claims/fetch_published_summary.py"


rule audit_published_summaries:
    """Take the means and intervals of the authors' summaries again."""
    input:
        random_control="results/{study}/claims/summaries/random_control",
        gap_by_block="results/{study}/claims/summaries/gap_by_block",
        window_effects="results/{study}/claims/summaries/window_effects",
    output:
        summaries="results/{study}/claims/summaries.parquet",
    log:
        "results/{study}/logs/audit_published_summaries.log",
    conda:
        "../envs/tables.yaml"
    params:
        seed=setting("studies/{study}/seed"),
        settings=setting("studies/{study}/statistics"),
        code=code_digest("audit_published_summaries"),
        libraries=library_versions("audit_published_summaries"),
    script:
        "../src/crosspatch/experiments/claims/audit_published_summaries.py"


rule audit_summaries:
    """Audit the authors' summaries of the sibling paper: one table; needs the network or local copies, no model."""
    input:
        f"results/{config['study']}/tables/audit_summaries.csv",
    localrule: True
