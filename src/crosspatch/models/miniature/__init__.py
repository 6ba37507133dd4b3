"""The miniature world, its tokenizer, and how its checkpoints are trained."""
