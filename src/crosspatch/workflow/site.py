"""What one cluster needs beyond the study: account, partitions, GPU model and cache folder, from `slurm/site.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import yaml

from crosspatch.errors import ConfigError

WORD = r"[\w.@-]+"  # account, partition, GPU model: what goes unquoted into an sbatch command


@dataclass(frozen=True)
class Site:
    """Settings of a cluster; None leaves a choice to SLURM, or to the environment.

    account: whom jobs are charged to; partition: where jobs run; gpu_partition: where jobs that ask for a GPU run, if
    elsewhere; gpu_model: kind of GPU, as `sinfo -o %G` names it; cache: HF_HOME, on a disk that all nodes see.
    """

    account: str | None = None
    partition: str | None = None
    gpu_partition: str | None = None
    gpu_model: str | None = None
    cache: str | None = None

    @property
    def resources(self) -> Mapping[str, str]:
        """Resources of every job, as Snakemake reads them: expressions, so a name is a quoted string."""
        return _quoted({"slurm_account": self.account, "slurm_partition": self.partition})

    @property
    def gpu_resources(self) -> Mapping[str, str]:
        """Further resources of jobs that ask for a GPU."""
        return _quoted({"slurm_partition": self.gpu_partition, "gpu_model": self.gpu_model})

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables of Snakemake and, since SLURM passes them on, of its jobs."""
        return {} if self.cache is None else {"HF_HOME": self.cache}


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
        if key == "cache":
            if value is not None and not Path(value).is_absolute():
                raise ConfigError(f"{path}: cache is {value!r}; give the absolute path of a folder that all nodes see")
        elif value is not None and not re.fullmatch(WORD, value):
            raise ConfigError(f"{path}: {key} is {value!r}; give one name, as `sinfo` or `sacctmgr` prints it")


def _quoted(names: Mapping[str, str | None]) -> dict[str, str]:
    return {key: repr(name) for key, name in names.items() if name is not None}
