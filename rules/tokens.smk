# Referees' questions that need no model: which events, which tokens and which scale does the finding hang on?
#
# reads   results/{study}/factorial/{pair}/cells.parquet, results/{study}/divergence/{pair}.parquet
# writes  results/{study}/controls/{pair}/


rule drop_near_ties:
    """Set aside events that are not picked again, or whose picks led by little (control consistency)."""
    input:
        cells=rules.assemble_factorial.output.cells,
        events=rules.find_divergences.output.events,
    output:
        arms="results/{study}/controls/{pair}/consistency.parquet",
    log:
        "results/{study}/logs/drop_near_ties/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        gaps=setting("studies/{study}/controls/consistency/gaps"),
        code=code_digest("drop_near_ties"),
        libraries=library_versions("drop_near_ties"),
    script:
        "../src/crosspatch/experiments/tokens/drop_near_ties.py"


rule split_by_tokens:
    """Split the events by what their two tokens are (control tokens)."""
    input:
        cells=rules.assemble_factorial.output.cells,
        events=rules.find_divergences.output.events,
    output:
        arms="results/{study}/controls/{pair}/tokens.parquet",
    log:
        "results/{study}/logs/split_by_tokens/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        rare=setting("studies/{study}/controls/tokens/rare"),
        code=code_digest("split_by_tokens"),
        libraries=library_versions("split_by_tokens"),
    script:
        "../src/crosspatch/experiments/tokens/split_by_tokens.py"


rule change_scale:
    """Express the cells in odds and probabilities, which do not depend on the scale of logits (control scale)."""
    input:
        cells=rules.assemble_factorial.output.cells,
    output:
        arms="results/{study}/controls/{pair}/scale.parquet",
    log:
        "results/{study}/logs/change_scale/{pair}.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("change_scale"),
        libraries=library_versions("change_scale"),
    script:
        "../src/crosspatch/experiments/tokens/change_scale.py"
