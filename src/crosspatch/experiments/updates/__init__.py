"""Size of the update. What training between two checkpoints did to weights and taught, against the interaction."""
