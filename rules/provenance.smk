# From every figure and table back to the checkpoints.
#
# reads   results/{study}/provenance/, and every file that is named there
# writes  results/{study}/provenance.md


rule trace_provenance:
    """Trace every figure and table to its checkpoints and compare all digests on the way."""
    input:
        records=catalogue.records,
        manifests=lambda wildcards: inputs.manifests("base")(wildcards)
        + inputs.manifests("tuned")(wildcards),
    output:
        page="results/{study}/provenance.md",
    log:
        "results/{study}/logs/trace_provenance.log",
    conda:
        "../envs/tables.yaml"
    params:
        study="{study}",
        code=code_digest("trace_provenance"),
        libraries=library_versions("trace_provenance"),
    script:
        "../src/crosspatch/stages/trace_provenance.py"
