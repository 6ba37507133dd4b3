"""Findings. The page to open first: the answer, its doubts, and every event behind it."""
