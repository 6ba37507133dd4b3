# Every figure and table: one rule each; what is drawn is a module, found by its name. Each idea is a target, too.
#
# reads   finished tables under results/{study}/ (src/crosspatch/workflow/finished.py)
# writes  paper_figures/{study}/, results/{study}/tables/


rule draw_figure:
    """Draw a figure as PDF, PNG and the numbers drawn in it (docs/figures.md lists all)."""
    input:
        unpack(catalogue.tables("draw")),
    output:
        pdf="paper_figures/{study}/{shown}.pdf",
        png=report(
            "paper_figures/{study}/{shown}.png",
            caption="../report/caption.rst",
            category=catalogue.part("draw"),
            labels={"figure": "{shown}", "study": "{study}"},
        ),
        csv="paper_figures/{study}/{shown}.csv",
        provenance="results/{study}/provenance/draw_figure/{shown}.json",
    log:
        "results/{study}/logs/draw_figure/{shown}.log",
    wildcard_constraints:
        shown=catalogue.names("draw"),
    conda:
        "../envs/tables.yaml"
    params:
        shown="{shown}",
        kinds=catalogue.kinds("draw"),
        labels=catalogue.labels("draw"),
        code=catalogue.code("draw"),
        libraries=catalogue.libraries("draw"),
    script:
        "../src/crosspatch/jobs/draw_figure.py"


rule make_table:
    """Write a table as CSV, Markdown and LaTeX (docs/figures.md lists all)."""
    input:
        unpack(catalogue.tables("table")),
    output:
        csv="results/{study}/tables/{shown}.csv",
        markdown=report(
            "results/{study}/tables/{shown}.md",
            caption="../report/caption.rst",
            category=catalogue.part("table"),
            labels={"table": "{shown}", "study": "{study}"},
        ),
        latex="results/{study}/tables/{shown}.tex",
        provenance="results/{study}/provenance/make_table/{shown}.json",
    log:
        "results/{study}/logs/make_table/{shown}.log",
    wildcard_constraints:
        shown=catalogue.names("table"),
    conda:
        "../envs/tables.yaml"
    params:
        shown="{shown}",
        kinds=catalogue.kinds("table"),
        labels=catalogue.labels("table"),
        code=catalogue.code("table"),
        libraries=catalogue.libraries("table"),
    script:
        "../src/crosspatch/jobs/make_table.py"


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
        "../src/crosspatch/jobs/export_effects.py"


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
        "../src/crosspatch/jobs/export_controls.py"


rule everything:
    """Draw every figure and write every table that the study has."""
    input:
        catalogue.files(config["study"], catalogue.ideas(config["study"])),
    localrule: True


# Targets without a job of their own, so the loop hides none.
for idea in shown_ideas():

    rule:
        """Draw the figures and write the tables of this idea."""
        name:
            idea
        input:
            catalogue.of_idea(idea),
        localrule: True
