"""Whether this machine has the device that a study asks for."""

import torch

from crosspatch.errors import DeviceError


def check_device(device: str) -> None:
    """Compute one sum on the device; DeviceError with what torch says if it cannot.

    Another attempt may run on another node, so the refusal is passing.
    """
    try:
        torch.ones(2, device=device).sum().item()
    except (RuntimeError, AssertionError) as error:  # AssertionError: a torch that was built without CUDA
        reason = str(error).strip().partition("\n")[0]
        raise DeviceError(
            f"device {device!r} cannot be used here: torch {torch.__version__} (built for CUDA {torch.version.cuda}) "
            f"says {reason!r}; run where `nvidia-smi` shows a GPU, with a torch that is built for a CUDA its driver "
            "supports, or correct engine/placement/device of the study"
        ).passing() from error
