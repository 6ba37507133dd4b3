# A finished study's small tables in one file, for readers without the models.
#
# reads   all that figures and tables are drawn from, results/{study}/provenance.md
# writes  results/{study}/archive.zip


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
        "../src/crosspatch/stages/archive_tables.py"
