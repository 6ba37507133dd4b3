"""Checkpoints. Checkpoints from a hub or a folder, and what a pair of them must be before anything is measured."""
