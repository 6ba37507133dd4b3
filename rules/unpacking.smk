# The study's tables out of an archive (studies/STUDY/archive in the config): no model is fetched, loaded or trained.
#
# reads   the archive
# writes  all that figures and tables are drawn from, under results/STUDY/


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
        "../src/crosspatch/stages/unpack_archive.py"
