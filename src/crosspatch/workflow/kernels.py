"""The environment in which jobs choose their CPU kernels; it must be set before they import torch or numpy."""

import os
from collections.abc import Mapping

from crosspatch.workflow.config import Config

PINNED: Mapping[str, str] = {
    "ATEN_CPU_CAPABILITY": "avx2",  # torch's own kernels
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "COMPATIBLE",  # its AVX2 branch is for Intel processors only
    "OPENBLAS_CORETYPE": "Haswell",  # matrix products of numpy and scipy
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",  # all of numpy's: exp, log, sorting
}


def set_kernels(config: Config) -> None:
    """Make every job choose the kernels of the config's study; on a cluster each job reads the Snakefile again."""
    os.environ.update(kernel_environment(config))


def kernel_environment(config: Config) -> Mapping[str, str]:
    """Return what the environment of every job needs so that the CPU kernels are those of the config's study."""
    placement = config["studies"][config["study"]]["engine"]["placement"]
    return PINNED if placement.get("kernels") == "pinned" else {}
