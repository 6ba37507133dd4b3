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


rule draw_windows:
    """Draw whose token is picked with the other checkpoint's MLPs in a window of blocks."""
    input:
        estimates="results/{study}/estimates/controls/windows.parquet",
    output:
        pdf="paper_figures/{study}/windows.pdf",
        png=report(
            "paper_figures/{study}/windows.png",
            caption="../report/windows.rst",
            category="What could still be wrong",
            labels={"figure": "windows", "study": "{study}"},
        ),
        csv="paper_figures/{study}/windows.csv",
        provenance="results/{study}/provenance/draw_windows.json",
    log:
        "results/{study}/logs/draw_windows.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_windows"),
        libraries=library_versions("draw_windows"),
    script:
        "../src/crosspatch/stages/draw_windows.py"


rule draw_write_out:
    """Draw what MLPs write towards the tuned token, by window and by host."""
    input:
        estimates="results/{study}/estimates/controls/write_out.parquet",
    output:
        pdf="paper_figures/{study}/write_out.pdf",
        png=report(
            "paper_figures/{study}/write_out.png",
            caption="../report/write_out.rst",
            category="What could still be wrong",
            labels={"figure": "write-out", "study": "{study}"},
        ),
        csv="paper_figures/{study}/write_out.csv",
        provenance="results/{study}/provenance/draw_write_out.json",
    log:
        "results/{study}/logs/draw_write_out.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_write_out"),
        libraries=library_versions("draw_write_out"),
    script:
        "../src/crosspatch/stages/draw_write_out.py"


rule make_table_windows:
    """Write whose token is picked, and what MLPs write, by window."""
    input:
        windows="results/{study}/estimates/controls/windows.parquet",
        write_out="results/{study}/estimates/controls/write_out.parquet",
    output:
        csv="results/{study}/tables/windows.csv",
        markdown=report(
            "results/{study}/tables/windows.md",
            caption="../report/table_windows.rst",
            category="What could still be wrong",
            labels={"table": "windows", "study": "{study}"},
        ),
        latex="results/{study}/tables/windows.tex",
        provenance="results/{study}/provenance/make_table_windows.json",
    log:
        "results/{study}/logs/make_table_windows.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_windows"),
        libraries=library_versions("make_table_windows"),
    script:
        "../src/crosspatch/stages/make_table_windows.py"
