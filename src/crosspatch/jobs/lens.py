"""The trained lens of a checkpoint, as a file."""

from pathlib import Path

from crosspatch.errors import CheckpointError, TableError
from crosspatch.files.states import StateFile
from crosspatch.models.lens import Lens, lens_of


def read_lens(path: Path, *, checkpoint: str, blocks: int, width: int) -> Lens:
    """Read the lens of a checkpoint with so many blocks of that width.

    CheckpointError if it is one of another depth or width, TableError if the file is damaged or holds no lens.
    """
    with StateFile(path) as tensors:
        if set(tensors) != {"weight", "bias"}:
            raise TableError(f"{path}: no lens, but the tensors {sorted(tensors)}; delete it and run snakemake again")
        lens = lens_of(tensors)
    found = tuple(lens.weight.shape[:2])
    if found != (blocks, width) or tuple(lens.bias.shape) != (blocks, width):
        raise CheckpointError(
            f"{path}: a lens of {found[0]} blocks of width {found[1]}, but checkpoint {checkpoint!r} has {blocks} of "
            f"width {width}; give it the lens that was trained on it"
        )
    return lens
