"""Definitions of every measured quantity, on tensors and arrays."""
