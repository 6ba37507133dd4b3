# The study: `snakemake` runs the study that config.yaml names, `snakemake --config study=NAME` another one.
import sys

from snakemake.utils import min_version

sys.path.insert(0, f"{workflow.basedir}/src")

from crosspatch.workflow.config import check_config, pairs_of
from crosspatch.workflow.digest import code_digest, library_versions
from crosspatch.workflow.inputs import Inputs
from crosspatch.workflow.requests import Requests

min_version("9.20")


configfile: "config.yaml"


report: "report/workflow.rst"


check_config(config)
inputs = Inputs(config)
requests = Requests(config)

FIGURES = [
    "schematic",
    "interaction",
    "cell_means",
    "positions",
    "categories",
    "readouts",
]
TABLES = ["checkpoints", "balanced", "events", "readouts", "positions", "effects"]


wildcard_constraints:
    study="|".join(config["studies"]),
    pair="|".join(config["pairs"]),
    checkpoint="|".join(config["checkpoints"]),
    side="base|tuned",


include: "rules/checkpoints.smk"
include: "rules/prompts.smk"
include: "rules/rollouts.smk"
include: "rules/divergence.smk"
include: "rules/factorial.smk"
include: "rules/statistics.smk"
include: "rules/figures.smk"
include: "rules/tables.smk"


rule all:
    """Draw every figure and write every table of the study."""
    default_target: True
    input:
        expand(
            "paper_figures/{study}/{name}.pdf",
            study=config["study"],
            name=inputs.figures(FIGURES),
        ),
        expand("results/{study}/tables/{name}.csv", study=config["study"], name=TABLES),
