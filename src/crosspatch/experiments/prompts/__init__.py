"""Prompts. The prompts that both checkpoints of a pair continue."""
