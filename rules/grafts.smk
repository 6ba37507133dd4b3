# Grafts and swaps: a host reads histories with other MLPs in a window (controls grafts and swaps).
#
# reads   results/{study}/histories/{pair}/, results/{study}/lenses/, results/{study}/pairs/{pair}/verified.json
# writes  results/{study}/grafts/{pair}/{host}/{teacher}.parquet, {teacher}_writes.parquet and {teacher}_choices.parquet,
#         results/{study}/controls/{pair}/grafts_values.parquet and swaps_values.parquet

from crosspatch.records.histories import HOSTS
from crosspatch.workflow.grafts import TEACHERS as TEACHERS_OF_GRAFTS


wildcard_constraints:
    host="|".join(HOSTS),


rule read_grafts:
    """Let a host read the histories of one teacher with other MLPs in every window."""
    input:
        verified=rules.verify_pair.output.verified,
        host=histories.grafts.manifest("host"),
        other=histories.grafts.manifest("other"),
        host_lens=histories.grafts.lens("host"),
        other_lens=histories.grafts.lens("other"),
        histories=rules.write_histories.output.histories,
        donors=histories.grafts.donors,
    output:
        readings="results/{study}/grafts/{pair}/{host}/{teacher}.parquet",
        writes="results/{study}/grafts/{pair}/{host}/{teacher}_writes.parquet",
        choices="results/{study}/grafts/{pair}/{host}/{teacher}_choices.parquet",
    log:
        "results/{study}/logs/read_grafts/{pair}_{host}_{teacher}.log",
    benchmark:
        "results/{study}/benchmarks/read_grafts/{pair}_{host}_{teacher}.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        gpu=requests.gpus,
        cpus_per_task=requests.cores,
        mem_mb=requests.memory_of_both,
        runtime=requests.grafted_minutes,
    params:
        modes=histories.grafts.modes,
        named=setting("pairs/{pair}/windows"),
        united=histories.grafts.united,
        seeds=histories.grafts.seeds,
        placement=setting("studies/{study}/engine/placement"),
        batches=setting("studies/{study}/engine/batches"),
        code=code_digest("read_grafts"),
        libraries=library_versions("read_grafts"),
    script:
        "../src/crosspatch/experiments/grafts/read_grafts.py"


rule measure_grafts:
    """Compare every arm with the host as it is, prompt by prompt (controls grafts and swaps)."""
    input:
        readings=histories.grafts.read(".parquet"),
        writes=histories.grafts.read("_writes.parquet"),
        choices=histories.grafts.read("_choices.parquet"),
    output:
        values=expand(
            "results/{{study}}/controls/{{pair}}/{control}_values.parquet",
            control=["grafts", "swaps"],
        ),
    log:
        "results/{study}/logs/measure_grafts/{pair}.log",
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=requests.readings,
    params:
        pair="{pair}",
        histories=list(TEACHERS_OF_GRAFTS),
        named=setting("pairs/{pair}/windows"),
        united=histories.grafts.united,
        code=code_digest("measure_grafts"),
        libraries=library_versions("measure_grafts"),
    script:
        "../src/crosspatch/experiments/grafts/measure_grafts.py"
