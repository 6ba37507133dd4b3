"""Depth. Where the stack is cut, and how far apart the two upstream states are at every boundary."""
