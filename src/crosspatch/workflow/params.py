"""Params of rules that are looked up when a job is planned, and not whenever the workflow is read.

Every job of a study reads the whole workflow again, for one rule of it.
"""

from collections.abc import Callable
from typing import Any, Final

from crosspatch.errors import ConfigError
from crosspatch.workflow.config import Config

Param = Callable[[Any], Any]
"""From a job's wildcards to a value."""
_NO_DEFAULT: Final = object()


def later(function: Callable[..., Any]) -> Callable[..., Param]:
    """Return a function that takes the same and gives a param, for which `function` is called."""
    return lambda *arguments: lambda _wildcards: function(*arguments)


class Settings:
    """Leaves of one config as params.

    Snakemake's own `lookup` walks through the whole config for each: it took a third of a dry run.
    """

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, place: str, default: Any = _NO_DEFAULT) -> Param:  # noqa: ANN401 - any YAML value
        """Return the param at a place like `studies/{study}/seed`, whose names in braces are wildcards.

        Without a default the param raises ConfigError, naming the place, if the config has no such leaf.
        """
        keys = place.split("/")

        def param(wildcards: Any) -> Any:  # noqa: ANN401 - Snakemake's own object
            found, named = self.config, dict(wildcards.items())
            for key in (part.format(**named) for part in keys):
                if key not in found:
                    if default is _NO_DEFAULT:
                        raise ConfigError(f"config: no {key!r} in {place}, which a rule reads; add it")
                    return default
                found = found[key]
            return found

        return param
