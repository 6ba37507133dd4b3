"""Which dtype a checkpoint is published in, read without its weights."""

from pathlib import Path

from safetensors import SafetensorError, safe_open

from crosspatch.errors import CheckpointError
from crosspatch.models.configs import read_config

FLOATS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}  # words of the file format


def published_dtype(folder: Path) -> str:
    """Return the dtype that `dtype: checkpoint` loads: the config's, else that of the first tensor of floats.

    CheckpointError if neither says one.
    """
    named = read_config(folder).dtype
    return _first_float(folder) if named is None else str(named).removeprefix("torch.")


def _first_float(folder: Path) -> str:
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, "pt") as file:
                words = [file.get_slice(name).get_dtype() for name in file.keys()]  # noqa: SIM118 - not a mapping
        except SafetensorError as error:
            raise CheckpointError(
                f"{path}: no usable safetensors weights ({error}); fetch the checkpoint again"
            ) from error
        for word in words:
            if word in FLOATS:
                return FLOATS[word]
    raise CheckpointError(f"{folder}: neither config.json nor the weights name a dtype; name one in engine/placement")
