"""Checkpoints as torch modules: architecture facts, halves, readout, decoding, miniature training."""
