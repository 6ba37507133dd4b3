"""The convergence gap. How far every block's prediction is from the checkpoint's own final one, under one history."""
