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


rule draw_label_swap:
    """Draw the null of the mean interaction if labels mean nothing, with the observed mean."""
    input:
        estimates="results/{study}/estimates/controls/label_swap.parquet",
        counts="results/{study}/estimates/controls/label_swap_null.parquet",
    output:
        pdf="paper_figures/{study}/label_swap.pdf",
        png=report(
            "paper_figures/{study}/label_swap.png",
            caption="../report/label_swap.rst",
            category="What could still be wrong",
            labels={"figure": "label_swap", "study": "{study}"},
        ),
        csv="paper_figures/{study}/label_swap.csv",
        provenance="results/{study}/provenance/draw_label_swap.json",
    log:
        "results/{study}/logs/draw_label_swap.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_label_swap"),
        libraries=library_versions("draw_label_swap"),
    script:
        "../src/crosspatch/stages/draw_label_swap.py"


rule draw_token_identity:
    """Draw the interaction of each event's own tokens and of other events' at the same states."""
    input:
        estimates="results/{study}/estimates/controls/token_identity.parquet",
    output:
        pdf="paper_figures/{study}/token_identity.pdf",
        png=report(
            "paper_figures/{study}/token_identity.png",
            caption="../report/token_identity.rst",
            category="What could still be wrong",
            labels={"figure": "token_identity", "study": "{study}"},
        ),
        csv="paper_figures/{study}/token_identity.csv",
        provenance="results/{study}/provenance/draw_token_identity.json",
    log:
        "results/{study}/logs/draw_token_identity.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_token_identity"),
        libraries=library_versions("draw_token_identity"),
    script:
        "../src/crosspatch/stages/draw_token_identity.py"


rule draw_referee:
    """Draw which events, and which scale, the interaction hangs on."""
    input:
        controls=inputs.estimates_of("tokens", "consistency", "scale"),
    output:
        pdf="paper_figures/{study}/referee.pdf",
        png=report(
            "paper_figures/{study}/referee.png",
            caption="../report/referee.rst",
            category="What could still be wrong",
            labels={"figure": "referee", "study": "{study}"},
        ),
        csv="paper_figures/{study}/referee.csv",
        provenance="results/{study}/provenance/draw_referee.json",
    log:
        "results/{study}/logs/draw_referee.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("draw_referee"),
        libraries=library_versions("draw_referee"),
    script:
        "../src/crosspatch/stages/draw_referee.py"


rule make_table_families:
    """Write the interaction of every family with its standard errors and tests."""
    input:
        effects="results/{study}/estimates/effects.parquet",
        tests="results/{study}/estimates/tests.parquet",
        swaps="results/{study}/estimates/controls/label_swap.parquet",
    output:
        csv="results/{study}/tables/families.csv",
        markdown=report(
            "results/{study}/tables/families.md",
            caption="../report/table_families.rst",
            category="What could still be wrong",
            labels={"table": "families", "study": "{study}"},
        ),
        latex="results/{study}/tables/families.tex",
        provenance="results/{study}/provenance/make_table_families.json",
    log:
        "results/{study}/logs/make_table_families.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_families"),
        libraries=library_versions("make_table_families"),
    script:
        "../src/crosspatch/stages/make_table_families.py"


rule make_table_tokens:
    """Write the interaction of every family by what the two tokens are."""
    input:
        estimates="results/{study}/estimates/controls/tokens.parquet",
    output:
        csv="results/{study}/tables/tokens.csv",
        markdown=report(
            "results/{study}/tables/tokens.md",
            caption="../report/table_tokens.rst",
            category="What could still be wrong",
            labels={"table": "tokens", "study": "{study}"},
        ),
        latex="results/{study}/tables/tokens.tex",
        provenance="results/{study}/provenance/make_table_tokens.json",
    log:
        "results/{study}/logs/make_table_tokens.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_tokens"),
        libraries=library_versions("make_table_tokens"),
    script:
        "../src/crosspatch/stages/make_table_tokens.py"


rule make_table_scale:
    """Write the interaction of every family in logits, log odds and probabilities."""
    input:
        estimates="results/{study}/estimates/controls/scale.parquet",
    output:
        csv="results/{study}/tables/scale.csv",
        markdown=report(
            "results/{study}/tables/scale.md",
            caption="../report/table_scale.rst",
            category="What could still be wrong",
            labels={"table": "scale", "study": "{study}"},
        ),
        latex="results/{study}/tables/scale.tex",
        provenance="results/{study}/provenance/make_table_scale.json",
    log:
        "results/{study}/logs/make_table_scale.log",
    conda:
        "../envs/tables.yaml"
    params:
        labels=inputs.labels,
        code=code_digest("make_table_scale"),
        libraries=library_versions("make_table_scale"),
    script:
        "../src/crosspatch/stages/make_table_scale.py"


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
