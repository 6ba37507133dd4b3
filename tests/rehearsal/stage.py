"""Where a rehearsal plays: a copy of the repository, an overlay of its config, and a hub on loopback."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crosspatch.workflow.catalogue import Catalogue
from crosspatch.workflow.config import pairs_of
from hub.loopback import Hub, LoopbackHub
from rehearsal.data_sets import data_sets
from rehearsal.overlay import merged, overlay
from rehearsal.stand_ins import donated_pairs, repositories

ROOT = Path(__file__).parents[2]
SOURCES = ["Snakefile", "config.yaml", "pyproject.toml", "requirements.lock"]
SOURCES += ["rules", "slurm", "profiles", "schemas", "report", "envs", "data", "src"]
THREE_PAIRS = [  # in which every difference between families stands once
    "olmo2_7b",  # post-norm, no token that opens a text, a float32 base with a bfloat16 tuned checkpoint
    "gemma3_4b",  # the multimodal class, tied embeddings, sliding windows; beside the mean
    "llama31_tulu3_final",  # another vocabulary, another layout beside, scaled rotary embedding, grouped heads
]
OVERLAY = "rehearsal.yaml"
CACHE = "hub/cache"  # of the libraries that fetch


@dataclass(frozen=True)
class Stage:
    """A copy of the repository with an overlay that names `study`, and the config that both make.

    environment: leads the hub's libraries to the loopback hub and to a cache of this copy's.
    """

    folder: Path
    study: str
    config: Mapping[str, Any]
    environment: Mapping[str, str]

    def steps(self) -> list[list[str]]:
        """Return the arguments of Snakemake, call by call: fetching, the study with its archive, its report."""
        results = f"results/{self.study}"
        overlaid = ["--configfile", OVERLAY]
        targets = [["fetch"], ["all", f"{results}/provenance.md", f"{results}/archive.zip"]]
        runs = [[*overlaid, "--quiet", "rules", "--", *names] for names in targets]
        return [*runs, [*overlaid, "--report", f"{results}/report.html"]]

    def check_finished(self) -> None:
        """Assert that archive, provenance, report, and every figure and table of the study are there and not empty."""
        results = self.folder / "results" / self.study
        catalogue = Catalogue(self.config)
        shown = catalogue.files(self.study, catalogue.chosen(self.study))
        whole = [results / name for name in ("archive.zip", "provenance.md", "report.html")]
        missing = [path for path in (*whole, *(self.folder / name for name in shown)) if not _is_filled(path)]
        assert not missing, missing
        page = whole[-1].read_text(encoding="utf-8")
        absent = [name for name in shown if name.endswith((".png", ".md")) and f'"{name}"' not in page]
        assert not absent, absent


def repository_config() -> dict[str, Any]:
    """Return config.yaml."""
    config: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    return config


@contextmanager
def stage(
    folder: Path, study: str, pairs: Sequence[str] | None = None, controls: Sequence[str] | None = None
) -> Iterator[Stage]:
    """Copy the repository to `folder` and serve what a study takes from the hub.

    pairs, controls: if not those of the study.
    """
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    (folder / "slurm/site.yaml").unlink(missing_ok=True)
    config = repository_config()
    if controls is not None:
        config["studies"][study]["controls"] = {name: config["studies"][study]["controls"][name] for name in controls}
        (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    small = overlay(config, study, pairs)
    (folder / OVERLAY).write_text(yaml.safe_dump(small, sort_keys=False), encoding="utf-8")
    served = [*(pairs or pairs_of(config, study)), *donated_pairs(config, study)]
    hub = Hub(repositories(config, served) | data_sets(config))
    with LoopbackHub(hub) as endpoint:
        yield Stage(folder, study, merged(config, small), environment_of(folder, endpoint))


def environment_of(folder: Path, endpoint: str) -> dict[str, str]:
    """Return what leads the hub's libraries to this one and to caches of a copy of the repository, with its code."""
    settings = {"HF_ENDPOINT": endpoint, "HF_HUB_CACHE": str(folder / CACHE), "HF_HUB_DISABLE_XET": "1"}
    settings |= {"HF_DATASETS_CACHE": str(folder / "hub/datasets"), "PYTHONPATH": str(folder / "src")}
    return {name: value for name, value in os.environ.items() if not name.startswith("HF_")} | settings


def _is_filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0
