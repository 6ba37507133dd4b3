"""What one cluster needs beyond the study, from `slurm/site.yaml`: account, partitions, kind of GPU, cache folder."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import yaml

from crosspatch.errors import ConfigError

# What a setting may be, and what to give instead. GPU models and generic resources are what plugin 2.8.0 accepts.
NAME = r"[\w.@-]+", "give one name, as `sinfo` or `sacctmgr` prints it"
FEATURES = r"[\w.@&|!*,:\[\]()-]+", "give features as `sinfo -o %f` prints them, joined by & or | without spaces"
MODEL = (
    r"[A-Za-z0-9_.]+",
    (
        "the SLURM plugin takes letters, digits, _ and . only; for another name leave gpu_model out, and choose the "
        "GPU by gpu_partition or gpu_constraint"
    ),
)
GRES = (
    r"[A-Za-z0-9_]+(:[A-Za-z0-9_.]+)?(:\d+)?",
    (
        "the SLURM plugin takes name:number or name:type:number of letters, digits, _ and . only, as in gpu:a100:1; "
        "for another type give gpu:1, and choose the GPU by gpu_partition or gpu_constraint"
    ),
)
NUMBER = r"[1-9]\d*", "give a whole number above 0"
ALLOWED = {"constraint": FEATURES, "gpu_constraint": FEATURES, "gpu_model": MODEL, "gres": GRES, "gpu_cpus": NUMBER}


@dataclass(frozen=True)
class Site:
    """Settings of a cluster; None leaves a choice to SLURM, or to the environment.

    account: whom jobs are charged to.
    partition, constraint, qos: of all jobs; gpu_partition, gpu_constraint, gpu_qos: of jobs with a GPU, if others.
    gpu_model: kind of GPU, as `sinfo -o %G` names it; gres: what such jobs ask for instead of GPUs by number and model.
    gpu_cpus: cores of such a job.
    cache: folder of what the Hugging Face libraries download, on a disk that all nodes see.
    """

    account: str | None = None
    partition: str | None = None
    constraint: str | None = None
    qos: str | None = None
    gpu_partition: str | None = None
    gpu_constraint: str | None = None
    gpu_qos: str | None = None
    gpu_model: str | None = None
    gres: str | None = None
    gpu_cpus: str | None = None
    cache: str | None = None

    @property
    def resources(self) -> Mapping[str, str]:
        """Resources of every job, as Snakemake reads them: expressions, so a name is a quoted string."""
        return _quoted(
            {
                "slurm_account": self.account,
                "slurm_partition": self.partition,
                "constraint": self.constraint,
                "qos": self.qos,
            }
        )

    @property
    def gpu_resources(self) -> Mapping[str, str]:
        """Further resources of jobs that ask for a GPU; `gres` takes the place of their number of GPUs."""
        named = {
            "slurm_partition": self.gpu_partition,
            "constraint": self.gpu_constraint,
            "qos": self.gpu_qos,
            "gpu_model": self.gpu_model,
            "gres": self.gres,
        }
        numbers = {"cpus_per_task": self.gpu_cpus, "gpu": None if self.gres is None else "0"}
        return _quoted(named) | {key: number for key, number in numbers.items() if number is not None}

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables of Snakemake and, since SLURM passes them on, of its jobs.

        HF_HOME stays what it is: the login token is there.
        """
        if self.cache is None:
            return {}
        cache = Path(self.cache).expanduser()
        folders = {"HF_HUB_CACHE": "hub", "HF_DATASETS_CACHE": "datasets", "HF_XET_CACHE": "xet"}
        return {variable: str(cache / folder) for variable, folder in folders.items()}


def read_site(path: str | Path) -> Site:
    """Read the site file; without one, nothing is set. ConfigError, naming file and key, if a setting is refused."""
    if not Path(path).exists():
        return Site()
    settings = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    if not isinstance(settings, Mapping):
        raise ConfigError(f"{path}: give `key: value` lines, as in slurm/site.example.yaml")
    known = [field.name for field in fields(Site)]
    for key in settings:
        if key not in known:
            raise ConfigError(f"{path}: unknown key {key!r}; known keys are {known}")
    site = Site(**{key: None if value is None else str(value) for key, value in settings.items()})
    _check(site, path)
    return site


def _check(site: Site, path: str | Path) -> None:
    for key, value in asdict(site).items():
        if value is None:
            continue
        pattern, remedy = ALLOWED.get(key, NAME)
        if key == "cache":
            if not Path(value).expanduser().is_absolute():
                raise ConfigError(f"{path}: cache is {value!r}; give the absolute path of a folder that all nodes see")
        elif not re.fullmatch(pattern, value):
            raise ConfigError(f"{path}: {key} is {value!r}; {remedy}")
    if site.gres is not None and site.gpu_model is not None:
        raise ConfigError(
            f"{path}: gres is {site.gres!r} and gpu_model {site.gpu_model!r}, two ways to ask for a GPU; keep one"
        )


def _quoted(names: Mapping[str, str | None]) -> dict[str, str]:
    return {key: repr(name) for key, name in names.items() if name is not None}
