"""Seeds of torch, and its refusal of what is not deterministic."""

import os

import torch


def fix_randomness(seed: int) -> None:
    """Let torch draw from `seed`, and refuse what is not deterministic."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without which a GPU's products are refused
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)
