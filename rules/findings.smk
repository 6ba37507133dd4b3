# The page that a researcher opens first: one file that needs no server and no network.
#
# reads   tables and the headline figure of the study; for the events, rollouts, cells and the cells of its controls
# writes  results/{study}/findings/{pair}.parquet, results/{study}/findings.html

from crosspatch.workflow.page import Page

page = Page(config, catalogue)

if "archive" not in config["studies"][config["study"]]:

    rule describe_events:
        """Say of every prompt of a pair what was said and what was measured, for readers."""
        input:
            base=inputs.manifest("base"),
            tuned=inputs.manifest("tuned"),
            prompts=inputs.prompts,
            base_rollouts=inputs.rollouts("base"),
            tuned_rollouts=inputs.rollouts("tuned"),
            events="results/{study}/divergence/{pair}.parquet",
            cells="results/{study}/factorial/{pair}/cells.parquet",
            controls=inputs.cells_of_controls,
        output:
            described="results/{study}/findings/{pair}.parquet",
        log:
            "results/{study}/logs/describe_events/{pair}.log",
        conda:
            "../envs/models.yaml"
        params:
            boundary=setting("pairs/{pair}/boundary"),
            arms=inputs.arms_of_controls,
            code=code_digest("describe_events"),
            libraries=library_versions("describe_events"),
        script:
            "../src/crosspatch/experiments/findings/describe_events.py"


rule write_findings:
    """Write the page that a researcher opens first: the answer, its doubts, and every event behind it."""
    input:
        unpack(page.shown),
        events=inputs.of_pairs("results/{study}/findings/{pair}.parquet", extra=True),
        template="report/findings.html",
        style="report/findings.css",
        script="report/findings.js",
    output:
        page="results/{study}/findings.html",
        provenance="results/{study}/provenance/write_findings.json",
    log:
        "results/{study}/logs/write_findings.log",
    conda:
        "../envs/tables.yaml"
    params:
        study="{study}",
        labels=page.labels,
        words=page.words,
        links=page.links,
        code=code_digest("write_findings"),
        libraries=library_versions("write_findings"),
    script:
        "../src/crosspatch/experiments/findings/write_findings.py"
