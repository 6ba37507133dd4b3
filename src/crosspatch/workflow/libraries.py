"""Pinned versions of the libraries that a rule runs on, from `requirements.lock`."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from crosspatch.errors import ConfigError
from crosspatch.workflow.closure import import_closure, libraries_of, script_of

LOCK = Path(__file__).parents[3] / "requirements.lock"
# Libraries that are imported by another name than they are installed by. A table and not a look at what is installed,
# so that a checkout has the same digests on every machine.
INSTALLED_AS = {"vl_convert": "vl-convert-python", "yaml": "pyyaml"}
# Networks, command lines and progress bars move no number: a new version of these, or of what only these need, reruns
# nothing. (Files from a network are known by their digests.)
NO_NUMBERS = frozenset({"aiohttp", "httpx", "httpx2", "rich", "tqdm", "typer"})


@cache
def library_versions(rule: str, *modules: str) -> dict[str, str]:
    """Return {distribution: pinned version} of the libraries that the closures of a rule's script, and of the `modules`
    that it is told to run, import, and of what they need; those that move no number are left out.

    Raises ConfigError, naming module and library, if an imported library is not pinned.
    """
    pins, needs = lock_pins(), lock_needs()
    reached: set[str] = set()
    waiting = [name for module in (script_of(rule), *modules) for name in _imported(module, pins)]
    while waiting:
        name = waiting.pop()
        if name not in reached | NO_NUMBERS:
            reached.add(name)
            waiting.extend(needs.get(name, ()))
    return {name: pins[name] for name in sorted(reached)}


def distribution_of(library: str) -> str:
    """Return the name, in the lock's spelling, that a library is installed by."""
    return INSTALLED_AS.get(library, re.sub(r"[-_.]+", "-", library).lower())


@cache
def lock_pins() -> Mapping[str, str]:
    """Return {distribution: version} of `requirements.lock`."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE))


@cache
def lock_needs() -> Mapping[str, set[str]]:
    """Return {distribution: distributions it needs}, from the `# via` notes of `requirements.lock`."""
    needs: dict[str, set[str]] = {}
    pinned = ""
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==", line):
            pinned = match[1]
        elif match := re.match(r"\s+#\s+(?:via\s+)?([\w.-]+)", line):
            needs.setdefault(match[1], set()).add(pinned)
    return needs


def _imported(run: str, pins: Mapping[str, str]) -> set[str]:
    found = set()
    for module in import_closure(run):
        for library in libraries_of(module):
            name = distribution_of(library)
            if name not in pins:
                raise ConfigError(
                    f"{module} imports {library!r}, but requirements.lock pins no {name!r}; add it to pyproject.toml "
                    "and make the lock again"
                )
            found.add(name)
    return found
