# Figures and tables of the controls, from their estimates alone.
#
# reads   results/{study}/estimates/controls/{control}.parquet, results/{study}/estimates/verdicts.parquet
# writes  paper_figures/{study}/, results/{study}/tables/


rule draw_verdicts:
    """Draw where every control stands between what an artefact would give and what the claim predicts."""
    input:
        verdicts="results/{study}/estimates/verdicts.parquet",
    output:
        pdf="paper_figures/{study}/verdicts.pdf",
        png=report(
            "paper_figures/{study}/verdicts.png",
            caption="../report/verdicts.rst",
            category="What could still be wrong",
            labels={"figure": "verdicts", "study": "{study}"},
        ),
        csv="paper_figures/{study}/verdicts.csv",
        provenance="results/{study}/provenance/draw_verdicts.json",
    log:
        "results/{study}/logs/draw_verdicts.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("draw_verdicts"),
        libraries=library_versions("draw_verdicts"),
    script:
        "../src/crosspatch/stages/draw_verdicts.py"


rule make_table_verdicts:
    """Write every control's question, expected and measured number, and verdict."""
    input:
        verdicts="results/{study}/estimates/verdicts.parquet",
    output:
        csv="results/{study}/tables/verdicts.csv",
        markdown=report(
            "results/{study}/tables/verdicts.md",
            caption="../report/table_verdicts.rst",
            category="What could still be wrong",
            labels={"table": "verdicts", "study": "{study}"},
        ),
        latex="results/{study}/tables/verdicts.tex",
        provenance="results/{study}/provenance/make_table_verdicts.json",
    log:
        "results/{study}/logs/make_table_verdicts.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("make_table_verdicts"),
        libraries=library_versions("make_table_verdicts"),
    script:
        "../src/crosspatch/stages/make_table_verdicts.py"


rule export_controls:
    """Write the estimates of all controls as one CSV for readers without Parquet."""
    input:
        controls=inputs.estimates_of_controls,
    output:
        csv="results/{study}/tables/controls.csv",
        provenance="results/{study}/provenance/export_controls.json",
    log:
        "results/{study}/logs/export_controls.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("export_controls"),
        libraries=library_versions("export_controls"),
    script:
        "../src/crosspatch/stages/export_controls.py"


rule draw_interpolation:
    """Draw the interaction of mixtures of base and tuned state, over the tuned share."""
    input:
        estimates=inputs.estimates_of("interpolation", "signed_permutation"),
    output:
        pdf="paper_figures/{study}/interpolation.pdf",
        png=report(
            "paper_figures/{study}/interpolation.png",
            caption="../report/interpolation.rst",
            category="What could still be wrong",
            labels={"figure": "interpolation", "study": "{study}"},
        ),
        csv="paper_figures/{study}/interpolation.csv",
        provenance="results/{study}/provenance/draw_interpolation.json",
    log:
        "results/{study}/logs/draw_interpolation.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_interpolation"),
        libraries=library_versions("draw_interpolation"),
    script:
        "../src/crosspatch/stages/draw_interpolation.py"


rule make_table_hybrids:
    """Write what other states do in the place of the tuned upstream state."""
    input:
        estimates=inputs.estimates_of(
            "interpolation", "signed_permutation", "rescaling"
        ),
    output:
        csv="results/{study}/tables/hybrids.csv",
        markdown=report(
            "results/{study}/tables/hybrids.md",
            caption="../report/table_hybrids.rst",
            category="What could still be wrong",
            labels={"table": "hybrids", "study": "{study}"},
        ),
        latex="results/{study}/tables/hybrids.tex",
        provenance="results/{study}/provenance/make_table_hybrids.json",
    log:
        "results/{study}/logs/make_table_hybrids.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_hybrids"),
        libraries=library_versions("make_table_hybrids"),
    script:
        "../src/crosspatch/stages/make_table_hybrids.py"


rule draw_anomaly:
    """Draw the interaction at events whose crossed states are least strange to their hosts."""
    input:
        estimates="results/{study}/estimates/controls/anomaly.parquet",
    output:
        pdf="paper_figures/{study}/anomaly.pdf",
        png=report(
            "paper_figures/{study}/anomaly.png",
            caption="../report/anomaly.rst",
            category="What could still be wrong",
            labels={"figure": "anomaly", "study": "{study}"},
        ),
        csv="paper_figures/{study}/anomaly.csv",
        provenance="results/{study}/provenance/draw_anomaly.json",
    log:
        "results/{study}/logs/draw_anomaly.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_anomaly"),
        libraries=library_versions("draw_anomaly"),
    script:
        "../src/crosspatch/stages/draw_anomaly.py"
