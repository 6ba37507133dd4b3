"""Miniatures. Checkpoints that the workflow trains itself: texts, tokenizer, training, and what they learned."""
