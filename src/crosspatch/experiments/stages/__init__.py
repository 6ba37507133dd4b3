"""Stages of training. Checkpoints that went further, or another way, than their base, and the gates they must pass."""
