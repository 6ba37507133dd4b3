"""One checkpoint's upstream half over a table of events."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from jaxtyping import Float
from torch import Tensor

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import capture_boundary_states
from crosspatch.models.engine import engine_of
from crosspatch.models.halves import load_upstream
from crosspatch.models.loading import Placement


def capture_upstream(
    manifest: Path, events: pd.DataFrame, boundary: int, placement: Mapping[str, str], batches: Mapping[str, Any]
) -> tuple[dict[str, Float[Tensor, "token d_model"]], dict[str, Any]]:
    """Load blocks 0..boundary-1 only; return the state at every position of every event, and what ran them."""
    place = Placement(**placement)
    half = load_upstream(open_checkpoint(manifest).folder, boundary, place)
    planned = plan_batches(events["context"].map(len).tolist(), **batches)
    return capture_boundary_states(half, events, planned, device=place.device), engine_of(half, batches)
