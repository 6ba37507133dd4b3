"""Boundary states of many events in one safetensors file, read one event at a time."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from crosspatch.errors import TableError
from crosspatch.files.atomic import whole_file
from crosspatch.files.provenance import STATES_KEY
from crosspatch.records.sides import SIDES


def write_states(states: Mapping[str, Tensor], path: Path, provenance: Mapping[str, Any] | None = None) -> None:
    """Write {prompt id: [token, d_model]} whole or not at all."""
    note = {STATES_KEY: json.dumps(dict(provenance or {}), sort_keys=True)}
    with whole_file(path, SafetensorError) as scratch:
        save_file({name: state.contiguous() for name, state in states.items()}, scratch, metadata=note)


class StateFile(Mapping[str, Tensor]):
    """A mapping from prompt id to boundary state [token, d_model] that reads from disk on access."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = safe_open(path, framework="pt").__enter__()
        except (SafetensorError, OSError) as error:
            raise TableError(
                f"{path}: not a whole safetensors file ({error}); delete it and run snakemake again"
            ) from error

    def __enter__(self) -> "StateFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.__exit__(kind, error, trace)

    def __getitem__(self, prompt_id: str) -> Tensor:
        return self._file.get_tensor(prompt_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._file.keys())

    def __len__(self) -> int:
        return len(self._file.keys())


@contextmanager
def open_states(base: Path, tuned: Path) -> Iterator[dict[str, StateFile]]:
    """Open the boundary states of both sides of a pair, by side."""
    with StateFile(base) as from_base, StateFile(tuned) as from_tuned:
        yield dict(zip(SIDES, (from_base, from_tuned), strict=True))
