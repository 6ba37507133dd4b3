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


rule draw_depth:
    """Draw the effects over the relative depth of the boundary."""
    input:
        depth="results/{study}/estimates/controls/depth.parquet",
    output:
        pdf="paper_figures/{study}/depth.pdf",
        png=report(
            "paper_figures/{study}/depth.png",
            caption="../report/depth.rst",
            category="What could still be wrong",
            labels={"figure": "depth", "study": "{study}"},
        ),
        csv="paper_figures/{study}/depth.csv",
        provenance="results/{study}/provenance/draw_depth.json",
    log:
        "results/{study}/logs/draw_depth.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_depth"),
        libraries=library_versions("draw_depth"),
    script:
        "../src/crosspatch/stages/draw_depth.py"


rule draw_distances:
    """Draw how far base and tuned states are apart, over the relative depth."""
    input:
        distances="results/{study}/estimates/controls/distances.parquet",
        depth="results/{study}/estimates/controls/depth.parquet",
    output:
        pdf="paper_figures/{study}/distances.pdf",
        png=report(
            "paper_figures/{study}/distances.png",
            caption="../report/distances.rst",
            category="What could still be wrong",
            labels={"figure": "distances", "study": "{study}"},
        ),
        csv="paper_figures/{study}/distances.csv",
        provenance="results/{study}/provenance/draw_distances.json",
    log:
        "results/{study}/logs/draw_distances.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_distances"),
        libraries=library_versions("draw_distances"),
    script:
        "../src/crosspatch/stages/draw_distances.py"


rule draw_commitment:
    """Draw the interaction by the margins of the boundary states."""
    input:
        commitment="results/{study}/estimates/controls/commitment.parquet",
        regression="results/{study}/estimates/controls/commitment_regression.parquet",
    output:
        pdf="paper_figures/{study}/commitment.pdf",
        png=report(
            "paper_figures/{study}/commitment.png",
            caption="../report/commitment.rst",
            category="What could still be wrong",
            labels={"figure": "commitment", "study": "{study}"},
        ),
        csv="paper_figures/{study}/commitment.csv",
        provenance="results/{study}/provenance/draw_commitment.json",
    log:
        "results/{study}/logs/draw_commitment.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_commitment"),
        libraries=library_versions("draw_commitment"),
    script:
        "../src/crosspatch/stages/draw_commitment.py"


rule make_table_depth:
    """Write the interaction of the registered late stack and of the last blocks."""
    input:
        depth="results/{study}/estimates/controls/depth.parquet",
    output:
        csv="results/{study}/tables/depth.csv",
        markdown=report(
            "results/{study}/tables/depth.md",
            caption="../report/table_depth.rst",
            category="What could still be wrong",
            labels={"table": "depth", "study": "{study}"},
        ),
        latex="results/{study}/tables/depth.tex",
        provenance="results/{study}/provenance/make_table_depth.json",
    log:
        "results/{study}/logs/make_table_depth.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_depth"),
        libraries=library_versions("make_table_depth"),
    script:
        "../src/crosspatch/stages/make_table_depth.py"


rule make_table_commitment:
    """Write the effects by the margins of the boundary states, and at equal ones."""
    input:
        commitment="results/{study}/estimates/controls/commitment.parquet",
        regression="results/{study}/estimates/controls/commitment_regression.parquet",
    output:
        csv="results/{study}/tables/commitment.csv",
        markdown=report(
            "results/{study}/tables/commitment.md",
            caption="../report/table_commitment.rst",
            category="What could still be wrong",
            labels={"table": "commitment", "study": "{study}"},
        ),
        latex="results/{study}/tables/commitment.tex",
        provenance="results/{study}/provenance/make_table_commitment.json",
    log:
        "results/{study}/logs/make_table_commitment.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_commitment"),
        libraries=library_versions("make_table_commitment"),
    script:
        "../src/crosspatch/stages/make_table_commitment.py"
