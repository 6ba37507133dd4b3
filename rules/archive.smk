# From every figure and table back to the checkpoints, and a finished study's tables in one file, for readers without the
# models: packed where the study was run, taken out where the config names the file (studies/STUDY/archive).
#
# reads   results/{study}/provenance/, every file that is named there, and all that figures and tables are drawn from
# writes  results/{study}/provenance.md, results/{study}/archive.zip; or, out of an archive, the tables


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
        "../src/crosspatch/experiments/archive/trace_provenance.py"


if "archive" in config["studies"][config["study"]]:

    rule unpack_archive:
        """Check an archive of the study and take the tables out of it."""
        input:
            archive=config["studies"][config["study"]]["archive"],
        output:
            tables=catalogue.read_tables(config["study"]),
            provenance=f"results/{config['study']}/provenance/unpack_archive.json",
        log:
            f"results/{config['study']}/logs/unpack_archive.log",
        conda:
            "../envs/tables.yaml"
        params:
            study=config["study"],
            settings=study_settings(config, config["study"]),
            code=code_digest("unpack_archive"),
            libraries=library_versions("unpack_archive"),
        script:
            "../src/crosspatch/experiments/archive/unpack_archive.py"

else:

    rule archive_tables:
        """Pack all that the figures and tables of a finished study are drawn from."""
        input:
            tables=lambda wildcards: catalogue.read_tables(wildcards.study),
            page="results/{study}/provenance.md",
        output:
            archive="results/{study}/archive.zip",
        log:
            "results/{study}/logs/archive_tables.log",
        conda:
            "../envs/tables.yaml"
        params:
            study="{study}",
            settings=lambda wildcards: study_settings(config, wildcards.study),
            code=code_digest("archive_tables"),
            libraries=library_versions("archive_tables"),
        script:
            "../src/crosspatch/experiments/archive/archive_tables.py"
