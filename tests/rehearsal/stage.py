"""Where a rehearsal plays: a copy of the repository, an overlay of its config, and a hub on loopback."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hub.loopback import Hub, LoopbackHub
from rehearsal.data_sets import data_sets
from rehearsal.overlay import overlay
from rehearsal.stand_ins import all_pairs, repositories

ROOT = Path(__file__).parents[2]
SOURCES = ["Snakefile", "config.yaml", "pyproject.toml", "requirements.lock"]
SOURCES += ["rules", "slurm", "profiles", "schemas", "report", "envs", "data", "src"]


@dataclass(frozen=True)
class Stage:
    """A copy of the repository; `environment` leads the hub's libraries to the loopback hub and to an empty cache."""

    folder: Path
    config: Mapping[str, Any]
    hub: Hub
    environment: Mapping[str, str]

    def overlay(self, study: str, pairs: Sequence[str] | None = None) -> str:
        """Write the overlay of a study and return its path in the folder."""
        path = self.folder / f"rehearsal_{study}.yaml"
        path.write_text(yaml.safe_dump(overlay(self.config, study, pairs), sort_keys=False), encoding="utf-8")
        return path.name

    def report(self, study: str) -> str:
        """Return the path of the report of a study in the folder."""
        return f"results/{study}/report.html"


def repository_config() -> dict[str, Any]:
    """Return config.yaml."""
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def finished_files(study: str) -> list[str]:
    """Paths of what a rehearsed study must have at its end, besides its figures and tables."""
    return [f"results/{study}/{name}" for name in ("archive.zip", "provenance.md", "report.html")]


@contextmanager
def stage(folder: Path, pairs: Sequence[str] | None = None) -> Iterator[Stage]:
    """Copy the repository to `folder` and serve the stand-ins of some pairs, or of all, until the end."""
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    (folder / "slurm/site.yaml").unlink(missing_ok=True)
    config = repository_config()
    hub = Hub(repositories(config, list(pairs or all_pairs(config))) | data_sets(config))
    with LoopbackHub(hub) as endpoint:
        settings = {"HF_ENDPOINT": endpoint, "HF_HOME": str(folder / "hub"), "HF_HUB_DISABLE_XET": "1"}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        yield Stage(folder, config, hub, {**inherited, **settings, "PYTHONPATH": str(folder / "src")})
