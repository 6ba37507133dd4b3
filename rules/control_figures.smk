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


rule draw_selection:
    """Draw the interaction at other events than first divergences."""
    input:
        estimates="results/{study}/estimates/controls/selection.parquet",
    output:
        pdf="paper_figures/{study}/selection.pdf",
        png=report(
            "paper_figures/{study}/selection.png",
            caption="../report/selection.rst",
            category="What could still be wrong",
            labels={"figure": "selection", "study": "{study}"},
        ),
        csv="paper_figures/{study}/selection.csv",
        provenance="results/{study}/provenance/draw_selection.json",
    log:
        "results/{study}/logs/draw_selection.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_selection"),
        libraries=library_versions("draw_selection"),
    script:
        "../src/crosspatch/stages/draw_selection.py"


rule make_table_selection:
    """Write the arms of the control selection, family by family."""
    input:
        estimates="results/{study}/estimates/controls/selection.parquet",
    output:
        csv="results/{study}/tables/selection.csv",
        markdown=report(
            "results/{study}/tables/selection.md",
            caption="../report/table_selection.rst",
            category="What could still be wrong",
            labels={"table": "selection", "study": "{study}"},
        ),
        latex="results/{study}/tables/selection.tex",
        provenance="results/{study}/provenance/make_table_selection.json",
    log:
        "results/{study}/logs/make_table_selection.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_selection"),
        libraries=library_versions("make_table_selection"),
    script:
        "../src/crosspatch/stages/make_table_selection.py"


rule draw_native_history:
    """Draw the interaction along each checkpoint's own rollout."""
    input:
        estimates="results/{study}/estimates/controls/native_history.parquet",
    output:
        pdf="paper_figures/{study}/native_history.pdf",
        png=report(
            "paper_figures/{study}/native_history.png",
            caption="../report/native_history.rst",
            category="What could still be wrong",
            labels={"figure": "native history", "study": "{study}"},
        ),
        csv="paper_figures/{study}/native_history.csv",
        provenance="results/{study}/provenance/draw_native_history.json",
    log:
        "results/{study}/logs/draw_native_history.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_native_history"),
        libraries=library_versions("draw_native_history"),
    script:
        "../src/crosspatch/stages/draw_native_history.py"


rule make_table_native_history:
    """Write the pooled horizons of the control native_history, family by family."""
    input:
        estimates="results/{study}/estimates/controls/native_history.parquet",
    output:
        csv="results/{study}/tables/native_history.csv",
        markdown=report(
            "results/{study}/tables/native_history.md",
            caption="../report/table_native_history.rst",
            category="What could still be wrong",
            labels={"table": "native history", "study": "{study}"},
        ),
        latex="results/{study}/tables/native_history.tex",
        provenance="results/{study}/provenance/make_table_native_history.json",
    log:
        "results/{study}/logs/make_table_native_history.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_native_history"),
        libraries=library_versions("make_table_native_history"),
    script:
        "../src/crosspatch/stages/make_table_native_history.py"
