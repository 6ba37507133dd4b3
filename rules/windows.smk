# Each checkpoint with the other's MLPs in a window of its blocks: whose token is picked, and what do MLPs write?
#
# reads   results/{study}/divergence/{pair}.parquet, results/{study}/pairs/{pair}/verified.json
# writes  results/{study}/controls/{pair}/
#
# One job for both controls: the passes that write_out compares are passes of windows too, of models loaded once.


rule graft_mlps:
    """Run both checkpoints with each other's MLPs in windows of blocks (controls windows and write_out)."""
    input:
        verified=rules.verify_pair.output.verified,
        base=inputs.manifest("base"),
        tuned=inputs.manifest("tuned"),
        events=rules.find_divergences.output.events,
    output:
        windows="results/{study}/controls/{pair}/windows_values.parquet",
        write_out="results/{study}/controls/{pair}/write_out_values.parquet",
    log:
        "results/{study}/logs/graft_mlps/{pair}.log",
    benchmark:
        "results/{study}/benchmarks/graft_mlps/{pair}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory,
        runtime=requests.minutes,
    params:
        named=setting("pairs/{pair}/windows"),
        terminal=setting("studies/{study}/controls/windows/terminal"),
        united=setting("studies/{study}/controls/windows/united"),
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("graft_mlps"),
        libraries=library_versions("graft_mlps"),
    script:
        "../src/crosspatch/experiments/windows/graft_mlps.py"
