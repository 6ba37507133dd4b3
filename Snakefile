# The study: `snakemake` runs the study that config.yaml names, `snakemake --config study=NAME` another one.
import sys

from snakemake.utils import min_version

sys.path.insert(0, f"{workflow.basedir}/src")

from crosspatch.workflow.answer_inputs import Answers
from crosspatch.workflow.catalogue import Catalogue
from crosspatch.workflow.checkout import import_from_checkout
from crosspatch.workflow.config import check_config, study_settings
from crosspatch.workflow.digest import code_digest
from crosspatch.workflow.history_inputs import Histories
from crosspatch.workflow.ideas import shown_ideas
from crosspatch.workflow.inputs import Inputs
from crosspatch.workflow.kernels import set_kernels
from crosspatch.workflow.lens_inputs import Lenses
from crosspatch.workflow.libraries import library_versions
from crosspatch.workflow.lineage_inputs import Lineages
from crosspatch.workflow.params import Settings, later
from crosspatch.workflow.requests import Requests
from crosspatch.workflow.update_inputs import Updates

min_version("9.20")


configfile: "config.yaml"


report: "report/workflow.rst"


import_from_checkout()
check_config(config)
set_kernels(config)
setting = Settings(config)
code_digest, library_versions = later(code_digest), later(library_versions)
inputs = Inputs(config)
histories = Histories(config)
answers = Answers(config)
lineages = Lineages(config)
updates = Updates(config)
lenses = Lenses(config)
requests = Requests(config)
catalogue = Catalogue(config)
config["captions"] = catalogue.captions()  # for report/caption.rst; not a param


wildcard_constraints:
    study="|".join(config["studies"]),
    pair="|".join(config["pairs"]),
    checkpoint="|".join(config["checkpoints"]),
    side="base|tuned",
    mode="raw|chat",


# The tables that figures are drawn from are measured here, or come out of an archive of the finished study.
if "archive" not in config["studies"][config["study"]]:

    for idea in (
        "miniatures stages corpora checkpoints prompts rollouts histories divergence factorial windows "
        "hybrids selection mixture continuations forced_tokens behaviour depth closure commitment gap grafts free_running "
        "null_pairs descendants lineages updates lenses nulls tokens verdicts claims "
    ).split():

        include: f"rules/{idea}.smk"


include: "rules/findings.smk"
include: "rules/archive.smk"
include: "rules/shown.smk"


rule all:
    """Draw the figures and write the tables of the ideas that the study names (all, if it names none)."""
    default_target: True
    input:
        catalogue.files(config["study"], catalogue.chosen(config["study"])),
    localrule: True


rule fetch:
    """Fetch and check what the study takes from elsewhere, on a machine with network; the rest runs offline."""
    input:
        inputs.fetched(config["study"]),
    localrule: True
