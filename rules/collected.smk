# What has a file for each checkpoint or pair, gathered in one table, from which figures and tables are drawn.
#
# reads   results/{study}/checkpoints/, results/{study}/pairs/, results/{study}/divergence/, results/{study}/factorial/
# writes  results/{study}/checkpoints.parquet, losses.parquet, divergence/counts.parquet


rule list_checkpoints:
    """List the checkpoints and the shape of every pair."""
    input:
        shapes=inputs.of_pairs("results/{study}/pairs/{pair}/shape.json", extra=True),
        base=inputs.manifests("base"),
        tuned=inputs.manifests("tuned"),
    output:
        checkpoints="results/{study}/checkpoints.parquet",
    log:
        "results/{study}/logs/list_checkpoints.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("list_checkpoints"),
        libraries=library_versions("list_checkpoints"),
    script:
        "../src/crosspatch/stages/list_checkpoints.py"


rule collect_losses:
    """Gather the loss curves of the checkpoints that the study trains."""
    input:
        parts=inputs.losses,
    output:
        losses="results/{study}/losses.parquet",
    log:
        "results/{study}/logs/collect_losses.log",
    conda:
        "../envs/tables.yaml"
    params:
        trained=inputs.trained,
        code=code_digest("collect_losses"),
        libraries=library_versions("collect_losses"),
    script:
        "../src/crosspatch/stages/collect_losses.py"


rule count_events:
    """Count what became of every prompt, pair by pair."""
    input:
        events=inputs.of_pairs("results/{study}/divergence/{pair}.parquet", extra=True),
        cells=inputs.of_pairs(
            "results/{study}/factorial/{pair}/cells.parquet", extra=True
        ),
    output:
        counts="results/{study}/divergence/counts.parquet",
    log:
        "results/{study}/logs/count_events.log",
    conda:
        "../envs/tables.yaml"
    params:
        code=code_digest("count_events"),
        libraries=library_versions("count_events"),
    script:
        "../src/crosspatch/stages/count_events.py"
