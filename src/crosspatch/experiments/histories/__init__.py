"""Histories. Who wrote what, and every reader's reading of it: all blocks at all forced tokens, under both lenses."""
