# Figures: PDF, PNG and the exact CSV drawn, from finished tables.
#
# reads   results/{study}/estimates/effects.parquet, cell_means.parquet, results/{study}/divergence/examples.parquet
# writes  paper_figures/{study}/


rule draw_schematic:
    """Draw the four passes with example events."""
    input:
        examples="results/{study}/divergence/examples.parquet",
    output:
        pdf="paper_figures/{study}/schematic.pdf",
        png=report(
            "paper_figures/{study}/schematic.png",
            caption="../report/schematic.rst",
            category="Figures",
            labels={"figure": "schematic", "study": "{study}"},
        ),
        csv="paper_figures/{study}/schematic.csv",
        provenance="results/{study}/provenance/draw_schematic.json",
    log:
        "results/{study}/logs/draw_schematic.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("draw_schematic"),
        libraries=library_versions("draw_schematic"),
    script:
        "../src/crosspatch/stages/draw_schematic.py"


rule draw_losses:
    """Draw the loss curves of the checkpoints that the study trained."""
    input:
        losses=inputs.losses,
    output:
        pdf="paper_figures/{study}/losses.pdf",
        png=report(
            "paper_figures/{study}/losses.png",
            caption="../report/losses.rst",
            category="Figures",
            labels={"figure": "losses", "study": "{study}"},
        ),
        csv="paper_figures/{study}/losses.csv",
        provenance="results/{study}/provenance/draw_losses.json",
    log:
        "results/{study}/logs/draw_losses.log",
    conda:
        "../envs/tables.yaml"
    params:
        trained=inputs.trained,
        code=code_digest("draw_losses"),
        libraries=library_versions("draw_losses"),
    script:
        "../src/crosspatch/stages/draw_losses.py"


rule draw_interaction:
    """Draw the headline: portable, matched and interaction, and the interaction of every family."""
    input:
        effects="results/{study}/estimates/effects.parquet",
    output:
        pdf="paper_figures/{study}/interaction.pdf",
        png=report(
            "paper_figures/{study}/interaction.png",
            caption="../report/interaction.rst",
            category="Figures",
            labels={"figure": "interaction", "study": "{study}"},
        ),
        csv="paper_figures/{study}/interaction.csv",
        provenance="results/{study}/provenance/draw_interaction.json",
    log:
        "results/{study}/logs/draw_interaction.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_interaction"),
        libraries=library_versions("draw_interaction"),
    script:
        "../src/crosspatch/stages/draw_interaction.py"


rule draw_cell_means:
    """Draw the four mean margins of every family."""
    input:
        means="results/{study}/estimates/cell_means.parquet",
    output:
        pdf="paper_figures/{study}/cell_means.pdf",
        png=report(
            "paper_figures/{study}/cell_means.png",
            caption="../report/cell_means.rst",
            category="Figures",
            labels={"figure": "cell means", "study": "{study}"},
        ),
        csv="paper_figures/{study}/cell_means.csv",
        provenance="results/{study}/provenance/draw_cell_means.json",
    log:
        "results/{study}/logs/draw_cell_means.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_cell_means"),
        libraries=library_versions("draw_cell_means"),
    script:
        "../src/crosspatch/stages/draw_cell_means.py"


rule draw_positions:
    """Draw the effects by position of the event."""
    input:
        effects="results/{study}/estimates/effects.parquet",
    output:
        pdf="paper_figures/{study}/positions.pdf",
        png=report(
            "paper_figures/{study}/positions.png",
            caption="../report/positions.rst",
            category="Figures",
            labels={"figure": "positions", "study": "{study}"},
        ),
        csv="paper_figures/{study}/positions.csv",
        provenance="results/{study}/provenance/draw_positions.json",
    log:
        "results/{study}/logs/draw_positions.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_positions"),
        libraries=library_versions("draw_positions"),
    script:
        "../src/crosspatch/stages/draw_positions.py"


rule draw_categories:
    """Draw the interaction by prompt category."""
    input:
        effects="results/{study}/estimates/effects.parquet",
    output:
        pdf="paper_figures/{study}/categories.pdf",
        png=report(
            "paper_figures/{study}/categories.png",
            caption="../report/categories.rst",
            category="Figures",
            labels={"figure": "categories", "study": "{study}"},
        ),
        csv="paper_figures/{study}/categories.csv",
        provenance="results/{study}/provenance/draw_categories.json",
    log:
        "results/{study}/logs/draw_categories.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_categories"),
        libraries=library_versions("draw_categories"),
    script:
        "../src/crosspatch/stages/draw_categories.py"


rule draw_readouts:
    """Draw the interaction under each readout and precision."""
    input:
        effects="results/{study}/estimates/effects.parquet",
    output:
        pdf="paper_figures/{study}/readouts.pdf",
        png=report(
            "paper_figures/{study}/readouts.png",
            caption="../report/readouts.rst",
            category="Figures",
            labels={"figure": "readouts", "study": "{study}"},
        ),
        csv="paper_figures/{study}/readouts.csv",
        provenance="results/{study}/provenance/draw_readouts.json",
    log:
        "results/{study}/logs/draw_readouts.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_readouts"),
        libraries=library_versions("draw_readouts"),
    script:
        "../src/crosspatch/stages/draw_readouts.py"
