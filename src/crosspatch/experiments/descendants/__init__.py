"""Descendants. Checkpoints of one base that went further or another way, and the gates that they have to pass."""
