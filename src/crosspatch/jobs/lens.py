"""The trained lens of a checkpoint, as a file."""

from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedModel

from crosspatch.errors import CheckpointError, TableError
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.states import StateFile
from crosspatch.models.configs import text_config
from crosspatch.models.lens import Lens, LensReadout, lens_of
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.readout import readout_of
from crosspatch.models.tokens import load_tokenizer


@dataclass(frozen=True)
class OpenReader:
    """A loaded checkpoint with its readout and a lens."""

    model: PreTrainedModel
    lens_readout: LensReadout


def open_reader(manifest: Path, lens: Path, place: Placement) -> OpenReader:
    """Load the whole checkpoint of a manifest, with its readout and a lens of its depth and width.

    CheckpointError if the lens is one of another shape.
    """
    opened = open_checkpoint(manifest)
    model, shape = load_model(opened.folder, place), text_config(opened.folder)
    maps = read_lens(lens, checkpoint=opened.name, blocks=shape.num_hidden_layers, width=shape.hidden_size)
    return OpenReader(model, LensReadout(readout_of(model, load_tokenizer(opened.folder)), maps.to(place.device)))


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
