"""Corpora. The public documents that adapters are trained on, and the prompts that their beginnings are."""
