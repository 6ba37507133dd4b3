"""Grafts and swaps. What moves the predictions of blocks if a window of MLPs is exchanged under a forced history."""
