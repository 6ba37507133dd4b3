# Tables: CSV, Markdown and LaTeX, from finished tables.
#
# reads   results/{study}/estimates/, divergence/, pairs/ and claims/
# writes  results/{study}/tables/


rule make_table_checkpoints:
    """Write which checkpoints each pair is made of."""
    input:
        shapes=inputs.of_pairs("results/{study}/pairs/{pair}/shape.json", extra=True),
        base=inputs.manifests("base"),
        tuned=inputs.manifests("tuned"),
    output:
        csv="results/{study}/tables/checkpoints.csv",
        markdown=report(
            "results/{study}/tables/checkpoints.md",
            caption="../report/table_checkpoints.rst",
            category="Tables",
            labels={"table": "checkpoints", "study": "{study}"},
        ),
        latex="results/{study}/tables/checkpoints.tex",
        provenance="results/{study}/provenance/make_table_checkpoints.json",
    log:
        "results/{study}/logs/make_table_checkpoints.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_checkpoints"),
        libraries=library_versions("make_table_checkpoints"),
    script:
        "../src/crosspatch/stages/make_table_checkpoints.py"


rule make_table_balanced:
    """Write the family-balanced effects, one row per kind of interval."""
    input:
        effects="results/{study}/estimates/effects.parquet",
    output:
        csv="results/{study}/tables/balanced.csv",
        markdown=report(
            "results/{study}/tables/balanced.md",
            caption="../report/table_balanced.rst",
            category="Tables",
            labels={"table": "balanced", "study": "{study}"},
        ),
        latex="results/{study}/tables/balanced.tex",
        provenance="results/{study}/provenance/make_table_balanced.json",
    log:
        "results/{study}/logs/make_table_balanced.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_balanced"),
        libraries=library_versions("make_table_balanced"),
    script:
        "../src/crosspatch/stages/make_table_balanced.py"


rule make_table_events:
    """Write what became of every prompt."""
    input:
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=True),
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=True
        ),
    output:
        csv="results/{study}/tables/events.csv",
        markdown=report(
            "results/{study}/tables/events.md",
            caption="../report/table_events.rst",
            category="Tables",
            labels={"table": "events", "study": "{study}"},
        ),
        latex="results/{study}/tables/events.tex",
        provenance="results/{study}/provenance/make_table_events.json",
    log:
        "results/{study}/logs/make_table_events.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_events"),
        libraries=library_versions("make_table_events"),
    script:
        "../src/crosspatch/stages/make_table_events.py"


rule make_table_readouts:
    """Write the effects of every family under each readout."""
    input:
        effects="results/{study}/estimates/effects.parquet",
    output:
        csv="results/{study}/tables/readouts.csv",
        markdown=report(
            "results/{study}/tables/readouts.md",
            caption="../report/table_readouts.rst",
            category="Tables",
            labels={"table": "readouts", "study": "{study}"},
        ),
        latex="results/{study}/tables/readouts.tex",
        provenance="results/{study}/provenance/make_table_readouts.json",
    log:
        "results/{study}/logs/make_table_readouts.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_readouts"),
        libraries=library_versions("make_table_readouts"),
    script:
        "../src/crosspatch/stages/make_table_readouts.py"


rule make_table_positions:
    """Write the interaction of every family by position of the event."""
    input:
        effects="results/{study}/estimates/effects.parquet",
    output:
        csv="results/{study}/tables/positions.csv",
        markdown=report(
            "results/{study}/tables/positions.md",
            caption="../report/table_positions.rst",
            category="Tables",
            labels={"table": "positions", "study": "{study}"},
        ),
        latex="results/{study}/tables/positions.tex",
        provenance="results/{study}/provenance/make_table_positions.json",
    log:
        "results/{study}/logs/make_table_positions.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_positions"),
        libraries=library_versions("make_table_positions"),
    script:
        "../src/crosspatch/stages/make_table_positions.py"


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


rule make_table_scorecard:
    """Write the papers' numbers that the study regenerated beside ours, by verdict."""
    input:
        comparison="results/{study}/claims/comparison.parquet",
    output:
        csv="results/{study}/tables/scorecard.csv",
        markdown=report(
            "results/{study}/tables/scorecard.md",
            caption="../report/table_scorecard.rst",
            category="Tables",
            labels={"table": "scorecard", "study": "{study}"},
        ),
        latex="results/{study}/tables/scorecard.tex",
        provenance="results/{study}/provenance/make_table_scorecard.json",
    log:
        "results/{study}/logs/make_table_scorecard.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("make_table_scorecard"),
        libraries=library_versions("make_table_scorecard"),
    script:
        "../src/crosspatch/stages/make_table_scorecard.py"


rule make_table_coverage:
    """Write which rule regenerates each of the papers' numbers, or that none does yet."""
    input:
        comparison="results/{study}/claims/comparison.parquet",
    output:
        csv="results/{study}/tables/coverage.csv",
        markdown=report(
            "results/{study}/tables/coverage.md",
            caption="../report/table_coverage.rst",
            category="Tables",
            labels={"table": "coverage", "study": "{study}"},
        ),
        latex="results/{study}/tables/coverage.tex",
        provenance="results/{study}/provenance/make_table_coverage.json",
    log:
        "results/{study}/logs/make_table_coverage.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("make_table_coverage"),
        libraries=library_versions("make_table_coverage"),
    script:
        "../src/crosspatch/stages/make_table_coverage.py"
