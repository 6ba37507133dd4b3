"""Lineages. How the interaction comes with the stages of training from one base, at the same events and tokens."""
