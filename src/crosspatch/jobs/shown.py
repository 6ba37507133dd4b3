"""What the jobs of figures and tables share: the module of what is shown, and the finished tables that it takes."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pandas as pd

from crosspatch.files.published import read_published
from crosspatch.files.tables import read_table


def module_called(name: str) -> ModuleType:
    """Return the module of the package whose file is called `name`, in whichever idea it stands."""
    package = Path(__file__).parents[1]
    (path,) = package.glob(f"experiments/*/{name}.py")
    return importlib.import_module(".".join(path.relative_to(package.parent).with_suffix("").parts))


def read_finished(paths: Mapping[str, Path], kinds: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Return finished tables by name, each read as its kind."""
    return {
        name: read_published(path) if kinds[name] == "published" else read_table(path, kinds[name])
        for name, path in paths.items()
    }
