"""A bridge to behaviour. Whether a larger interaction at the first divergence goes with what checkpoints finally do."""
