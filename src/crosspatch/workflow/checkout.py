"""The checkout that the workflow runs from."""

import os
from pathlib import Path

SOURCES = Path(__file__).parents[2]


def import_from_checkout() -> None:
    """Make every job import the package from this checkout, whose code the digests describe."""
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(SOURCES), *filter(None, others)]))
